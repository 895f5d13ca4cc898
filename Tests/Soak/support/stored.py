# SPDX-License-Identifier: Apache-2.0
"""What no command prints yet, read from the store's own tables, read-only."""

import sqlite3


def rows(path, question):
    """The rows of a question in SQL."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)
    try:
        return connection.execute(question).fetchall()
    finally:
        connection.close()


def events(path, kind):
    """[(time, object, detail)] of the collector's events of a kind, in order."""
    return rows(
        path, f"SELECT time, object, detail FROM event WHERE kind = '{kind}' ORDER BY id"
    )
