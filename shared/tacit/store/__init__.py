"""What is remembered: one table, reached through `Table`; nothing else imports pynamodb."""
