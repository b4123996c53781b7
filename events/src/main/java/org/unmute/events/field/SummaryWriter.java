package org.unmute.events.field;

import static org.unmute.events.field.SummaryTable.number;
import static org.unmute.events.field.SummaryTable.text;

import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.unmute.audio.place.TimeAndPlace;
import org.unmute.data.ClipId;
import org.unmute.data.field.Stay;
import org.unmute.files.InputException;

/**
 * Writes the tables of a summary: sites, effort and activity by day or hour, the clock, detection histories, and the
 * recordings without a time. Events are read site by site, so that memory holds one site and what pages show.
 */
public final class SummaryWriter {
    /** The tables' names, without extension. */
    public static final List<String> TABLES =
            List.of("sites", "effort", "activity", "clock", "histories", "histories-wide", "effort-wide", "undated");

    /** Classes of which pages show every day. */
    private static final int SHOWN = 8;

    private static final int DAY_HOURS = 24;
    private static final double HOUR = 3600;

    private final DetectedFolder folder;
    private final SummaryOptions options;
    private final Path out;
    private final boolean parquet;
    private final long[] totals;
    private DatedStays stays;
    private LocalDate from;
    private LocalDate to;

    private final List<FieldSummary.Site> sites = new ArrayList<>();
    private final TreeMap<Integer, long[]> byHour = new TreeMap<>();
    private final TreeMap<Integer, List<long[]>> byDay = new TreeMap<>();
    private final double[] hoursOfDay = new double[DAY_HOURS];

    private SummaryWriter(DetectedFolder folder, SummaryOptions options, Path out, boolean parquet) {
        this.folder = folder;
        this.options = options;
        this.out = out;
        this.parquet = parquet;
        totals = new long[folder.classes().size()];
    }

    /**
     * Writes the tables into a folder.
     *
     * @param parquet whether to write Parquet beside CSV
     * @throws InputException if no recording has a time, or more than {@value DatedStays#MOST_DAYS} days were chosen
     * @throws IllegalArgumentException if a class was not looked for
     */
    public static FieldSummary write(DetectedFolder folder, SummaryOptions options, Path out, boolean parquet)
            throws IOException {
        return new SummaryWriter(folder, options, out, parquet).write();
    }

    private FieldSummary write() throws IOException {
        for (String name : new TreeSet<>(options.classes())) {
            if (!folder.sought().contains(name)) {
                throw new IllegalArgumentException("class '" + name + "' was not looked for; those that were are "
                        + String.join(", ", folder.sought()));
            }
        }
        List<Stay> all = folder.stays();
        stays = DatedStays.of(all, options);
        from = stays.from();
        to = stays.to();
        for (List<Stay> site : stays.bySite().values()) {
            for (Stay stay : site) {
                folder.events(stay, event -> totals[event.label()]++);
            }
        }
        Occasions occasions = new Occasions(from, to, options.days());
        Map<String, List<String>> problems = RecordingTable.problems(all);
        stays.farOff()
                .forEach((recording, day) -> problems.computeIfAbsent(recording, _ -> new ArrayList<>())
                        .add(DatedStays.problem(day)));
        long notRecorded = sites(occasions);
        clock();
        undated(problems);
        return summary(occasions, notRecorded, problems.size());
    }

    /** The classes of the histories. */
    private int[] shown() {
        return IntStream.range(0, totals.length)
                .filter(c -> options.classes().isEmpty()
                        ? totals[c] > 0
                        : options.classes().contains(folder.classes().get(c)))
                .toArray();
    }

    /** The classes of which pages show every day, most events first. */
    private List<Integer> mostEvents() {
        return IntStream.range(0, totals.length)
                .boxed()
                .filter(c -> totals[c] > 0)
                .sorted(Comparator.comparing((Integer c) -> -totals[c]))
                .limit(SHOWN)
                .toList();
    }

    private long sites(Occasions occasions) throws IOException {
        String period = options.hours() ? "hour" : "date";
        List<Integer> most = mostEvents();
        try (SummaryTable effort = new SummaryTable(
                        out,
                        "effort",
                        parquet,
                        List.of(text("site"), text(period), number("recordings"), number("recorded_hours")));
                SummaryTable activity = new SummaryTable(
                        out,
                        "activity",
                        parquet,
                        List.of(
                                text("site"),
                                text(period),
                                text("label"),
                                number("events"),
                                number("event_seconds"),
                                number("recorded_hours")));
                HistoryTables histories =
                        new HistoryTables(out, parquet, occasions, options.effortHours(), folder.classes(), shown());
                SummaryTable table = siteTable()) {
            for (Map.Entry<String, List<Stay>> site : stays.bySite().entrySet()) {
                SiteActivity found = SiteActivity.of(folder, site.getValue(), options.zone(), from, to);
                TreeMap<String, double[]> periods = effortRows(site.getKey(), found, effort);
                activityRows(site.getKey(), found, periods, activity);
                histories.add(site.getKey(), found);
                FieldSummary.Site row =
                        site(site.getKey(), site.getValue().getFirst().place(), found);
                sites.add(row);
                table.row(
                        row.name(),
                        row.latitude(),
                        row.longitude(),
                        (double) row.recordings(),
                        row.allHours(),
                        (double) row.allEvents(),
                        found.effort().isEmpty()
                                ? ""
                                : found.effort().firstKey().date().toString(),
                        found.effort().isEmpty()
                                ? ""
                                : found.effort().lastKey().date().toString());
                remember(found, most);
            }
            effort.finish();
            activity.finish();
            histories.finish();
            table.finish();
            return histories.notRecorded();
        }
    }

    private SummaryTable siteTable() throws IOException {
        return new SummaryTable(
                out,
                "sites",
                parquet,
                List.of(
                        text("site"),
                        number("latitude"),
                        number("longitude"),
                        number("recordings"),
                        number("recorded_hours"),
                        number("events"),
                        text("first_day"),
                        text("last_day")));
    }

    private String period(ClockHour hour) {
        return options.hours() ? hour.iso() : hour.date().toString();
    }

    /** Writes the effort of a site, and returns recordings and hours by period in the order of time. */
    private TreeMap<String, double[]> effortRows(String site, SiteActivity found, SummaryTable table)
            throws IOException {
        TreeMap<String, double[]> hours = new TreeMap<>();
        List<String> order = new ArrayList<>();
        found.effort().forEach((hour, sound) -> {
            double[] sum = hours.computeIfAbsent(period(hour), name -> {
                order.add(name);
                return new double[2];
            });
            sum[0] += sound.recordings();
            sum[1] += sound.seconds() / HOUR;
        });
        for (String name : order) {
            table.row(site, name, hours.get(name)[0], hours.get(name)[1]);
        }
        return hours;
    }

    private void activityRows(String site, SiteActivity found, TreeMap<String, double[]> effort, SummaryTable table)
            throws IOException {
        for (Map.Entry<Integer, TreeMap<ClockHour, SiteActivity.Count>> label :
                found.counts().entrySet()) {
            String name = folder.classes().get(label.getKey());
            String now = null;
            double events = 0;
            double seconds = 0;
            for (Map.Entry<ClockHour, SiteActivity.Count> hour :
                    label.getValue().entrySet()) {
                String next = period(hour.getKey());
                if (!next.equals(now)) {
                    activityRow(site, now, name, events, seconds, effort, table);
                    now = next;
                    events = 0;
                    seconds = 0;
                }
                events += hour.getValue().events();
                seconds += hour.getValue().seconds();
            }
            activityRow(site, now, name, events, seconds, effort, table);
        }
    }

    private static void activityRow(
            String site,
            String period,
            String name,
            double events,
            double seconds,
            TreeMap<String, double[]> effort,
            SummaryTable table)
            throws IOException {
        if (period != null) {
            double[] sound = effort.get(period);
            table.row(site, period, name, events, seconds, sound == null ? 0.0 : sound[1]);
        }
    }

    private int days() {
        return (int) ChronoUnit.DAYS.between(from, to) + 1;
    }

    private int day(ClockHour hour) {
        return (int) ChronoUnit.DAYS.between(from, hour.date());
    }

    private FieldSummary.Site site(String name, TimeAndPlace place, SiteActivity found) {
        double[] hours = new double[days()];
        long[] events = new long[hours.length];
        long[] recordings = new long[1];
        found.effort().forEach((hour, sound) -> {
            hours[day(hour)] += sound.seconds() / HOUR;
            hoursOfDay[hour.hour()] += sound.seconds() / HOUR;
            recordings[0] += sound.recordings();
        });
        found.counts().values().forEach(own -> own.forEach((hour, count) -> events[day(hour)] += count.events()));
        return new FieldSummary.Site(name, place.latitude(), place.longitude(), recordings[0], hours, events);
    }

    private void remember(SiteActivity found, List<Integer> most) {
        found.counts()
                .forEach((label, own) -> own.forEach((hour, count) ->
                        byHour.computeIfAbsent(label, _ -> new long[DAY_HOURS])[hour.hour()] += count.events()));
        for (int label : most) {
            long[] days = new long[days()];
            found.counts()
                    .getOrDefault(label, new TreeMap<>())
                    .forEach((hour, count) -> days[day(hour)] += count.events());
            byDay.computeIfAbsent(label, _ -> new ArrayList<>()).add(days);
        }
    }

    private void clock() throws IOException {
        try (SummaryTable table = new SummaryTable(
                out,
                "clock",
                parquet,
                List.of(text("label"), number("hour"), number("events"), number("recorded_hours")))) {
            for (Map.Entry<Integer, long[]> label : byHour.entrySet()) {
                for (int h = 0; h < DAY_HOURS; h++) {
                    table.row(
                            folder.classes().get(label.getKey()),
                            (double) h,
                            (double) label.getValue()[h],
                            hoursOfDay[h]);
                }
            }
            table.finish();
        }
    }

    private void undated(Map<String, List<String>> problems) throws IOException {
        try (SummaryTable table = new SummaryTable(
                out,
                "undated",
                parquet,
                List.of(
                        text("file"),
                        number("start"),
                        text("site"),
                        number("seconds"),
                        number("events"),
                        text("problems")))) {
            for (Stay stay : stays.undated()) {
                long[] events = new long[1];
                folder.events(stay, _ -> events[0]++);
                table.row(
                        ClipId.recording(stay.recording()),
                        stay.start(),
                        stay.place().site(),
                        stay.seconds(),
                        (double) events[0],
                        String.join("; ", problems.getOrDefault(stay.recording(), List.of())));
            }
            table.finish();
        }
    }

    private FieldSummary summary(Occasions occasions, long notRecorded, int problems) {
        List<FieldSummary.OfClass> classes = byHour.entrySet().stream()
                .map(c -> new FieldSummary.OfClass(
                        folder.classes().get(c.getKey()),
                        Arrays.stream(c.getValue()).sum(),
                        c.getValue(),
                        byDay.containsKey(c.getKey()) ? byDay.get(c.getKey()).toArray(long[][]::new) : null))
                .sorted(Comparator.comparing((FieldSummary.OfClass c) -> -c.events()))
                .toList();
        return new FieldSummary(
                sites.stream().mapToLong(FieldSummary.Site::recordings).sum(),
                sites.stream().mapToDouble(FieldSummary.Site::allHours).sum(),
                sites.stream().mapToLong(FieldSummary.Site::allEvents).sum(),
                stays.undated().size() - stays.farOff().size(),
                stays.farOff(),
                from,
                to,
                occasions.count(),
                notRecorded,
                problems,
                List.copyOf(sites),
                classes,
                hoursOfDay);
    }
}
