"""What the pages show: plain values made from casework's views, without a request and without a database."""
