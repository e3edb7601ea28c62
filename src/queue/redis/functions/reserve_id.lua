-- reserve_id: draws an id without creating a task.
-- Returns {'ok', id}. After this no other task will ever have that id.
return {'ok', string.format('%.0f', tasks.draw_ids(1))}
