package org.unmute.events.field;

import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.unmute.data.parquet.ParquetTableWriter.Column;

/**
 * Detection histories: for each site, class and occasion 1 if there was an event, 0 if there was none, and NA if too
 * little was recorded to tell. As a matrix with a column for each occasion, with one of the effort, and with a row for
 * each cell.
 */
final class HistoryTables implements AutoCloseable {
    private static final double HOUR = 3600;

    private final Occasions occasions;
    private final double least;
    private final List<String> classes;
    private final int[] shown;
    private final SummaryTable wide;
    private final SummaryTable effort;
    private final SummaryTable cells;
    private long notRecorded;

    /**
     * @param least hours below which an occasion counts as not recorded
     * @param shown indices of the classes
     */
    HistoryTables(Path folder, boolean parquet, Occasions occasions, double least, List<String> classes, int[] shown)
            throws IOException {
        this.occasions = occasions;
        this.least = least;
        this.classes = classes;
        this.shown = shown;
        List<Column> dates = new ArrayList<>();
        for (int o = 0; o < occasions.count(); o++) {
            dates.add(SummaryTable.number(occasions.begin(o).toString()));
        }
        List<Column> matrix = new ArrayList<>(List.of(SummaryTable.text("site"), SummaryTable.text("label")));
        matrix.addAll(dates);
        List<Column> hours = new ArrayList<>(List.of(SummaryTable.text("site")));
        hours.addAll(dates);
        wide = new SummaryTable(folder, "histories-wide", parquet, matrix);
        effort = new SummaryTable(folder, "effort-wide", parquet, hours);
        cells = new SummaryTable(
                folder,
                "histories",
                parquet,
                List.of(
                        SummaryTable.text("site"),
                        SummaryTable.text("label"),
                        SummaryTable.number("occasion"),
                        SummaryTable.text("first_day"),
                        SummaryTable.text("last_day"),
                        SummaryTable.number("detected"),
                        SummaryTable.number("events"),
                        SummaryTable.number("recorded_hours")));
    }

    /** Adds a site. */
    void add(String site, SiteActivity activity) throws IOException {
        double[] hours = new double[occasions.count()];
        activity.effort().forEach((hour, sound) -> hours[of(hour.date())] += sound.seconds() / HOUR);
        effort.row(row(List.of(site), hours));
        for (int label : shown) {
            double[] events = new double[hours.length];
            Map<ClockHour, SiteActivity.Count> own = activity.counts().getOrDefault(label, new TreeMap<>());
            own.forEach((hour, count) -> events[of(hour.date())] += count.events());
            double[] detected = new double[hours.length];
            for (int o = 0; o < hours.length; o++) {
                boolean recorded = hours[o] > 0 && hours[o] >= least;
                detected[o] = !recorded ? Double.NaN : events[o] > 0 ? 1 : 0;
                notRecorded += !recorded && events[o] > 0 ? 1 : 0;
                cells.row(
                        site,
                        classes.get(label),
                        o + 1.0,
                        occasions.begin(o).toString(),
                        occasions.end(o).toString(),
                        detected[o],
                        events[o],
                        hours[o]);
            }
            wide.row(row(List.of(site, classes.get(label)), detected));
        }
    }

    private int of(LocalDate day) {
        return occasions.of(day);
    }

    private static Object[] row(List<String> names, double[] values) {
        List<Object> cells = new ArrayList<>(names);
        Arrays.stream(values).forEach(cells::add);
        return cells.toArray();
    }

    /** Cells with events in which too little was recorded, so that they are NA. */
    long notRecorded() {
        return notRecorded;
    }

    void finish() throws IOException {
        wide.finish();
        effort.finish();
        cells.finish();
    }

    @Override
    public void close() throws IOException {
        try (wide;
                effort) {
            cells.close();
        }
    }
}
