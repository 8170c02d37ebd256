"""Messages: on each case a thread between applicant and office, and a second one among officers that the applicant never sees.

Everything written is sealed under the case's key and forgotten with it. What an applicant asks has somebody who answers and a day by
which; whoever has no account follows by number and code, or comes to a counter.
"""
