-- The origins whose pages may show an account's card fields, with spaces between; none for who has named none.
ALTER TABLE accounts ADD COLUMN allowed_origins TEXT;
