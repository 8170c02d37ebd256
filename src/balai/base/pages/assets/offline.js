// What this phone keeps while there is no connection.
