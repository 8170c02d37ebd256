"""The pages of messages: the applicant's, the desk's, the counter's, and what all three draw the same."""
