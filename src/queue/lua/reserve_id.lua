-- reserve_id: draws an id without creating a task.
-- Returns {'ok', id}. After this no other task will ever have that id.
return {'ok', next_id()}
