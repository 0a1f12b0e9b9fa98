-- What goes with a folder is found by these. Without them each case that is deleted reads all executions.
CREATE INDEX executions_of_case ON executions (case_uid);
CREATE INDEX run_cases_of_case ON run_cases (case_uid);
CREATE INDEX cases_of_folder ON cases (folder_uid);
CREATE INDEX folders_of_folder ON folders (parent_uid);
