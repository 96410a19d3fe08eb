-- One row: all that the report and the chart say. In the chart a month is 50 wide from x = 60,
-- a mile per hour 20 high up from y = 340, where the axis crosses at 4 miles per hour.
with monthly as (
    select airport, month, count(*) as hours, avg(temperature) as temperature,
           avg(wind) as wind, sum(rain) as rain
    from weather group by airport, month
),
points as (
    select airport, month, 60 + 50 * (month - 1) as x, 340 - 20 * (wind - 4) as y from monthly
),
lines as (
    select airport, group_concat(printf('%d,%.1f', x, y), ' ') as line,
           printf('%.1f', sum(y) filter (where month = 12) + 4) as label_y
    from (select * from points order by airport, month) group by airport
),
yearly as (
    select airport, count(*) as hours, avg(temperature) as temperature, avg(wind) as wind,
           sum(rain) as rain
    from weather group by airport
)
select
    (select count(*) from weather) as rows_loaded,
    (select airport from yearly order by wind desc limit 1) as windiest,
    (select printf('%.1f', max(wind)) from yearly) as windiest_mean,
    (select group_concat(printf('| %s | %d | %.1f | %.1f | %.2f |',
                                airport, hours, temperature, wind, rain), char(10))
     from (select * from yearly order by airport)) as yearly_rows,
    (select group_concat(line, char(10)) from (
        select printf('| %d | %.1f | %.1f | %.1f |', month,
                      sum(wind) filter (where airport = 'EWR'),
                      sum(wind) filter (where airport = 'JFK'),
                      sum(wind) filter (where airport = 'LGA')) as line
        from monthly group by month order by month)) as monthly_rows,
    (select line from lines where airport = 'EWR') as ewr_line,
    (select line from lines where airport = 'JFK') as jfk_line,
    (select line from lines where airport = 'LGA') as lga_line,
    (select label_y from lines where airport = 'EWR') as ewr_label_y,
    (select label_y from lines where airport = 'JFK') as jfk_label_y,
    (select label_y from lines where airport = 'LGA') as lga_label_y
