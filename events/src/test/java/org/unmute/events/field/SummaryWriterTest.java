package org.unmute.events.field;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.unmute.events.field.JournalFixture.event;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.data.TextTable;
import org.unmute.files.InputException;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.probes.event.Event;

class SummaryWriterTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final String[] CLASSES = {"wren", "robin", "unsought"};

    @TempDir
    Path folder;

    /** A recording of the test. */
    private record Made(String site, ZonedDateTime begin, int seconds, List<Event> events) {}

    private List<Made> random(long seed) throws IOException {
        Random random = new Random(seed);
        List<Made> all = new ArrayList<>();
        try (JournalFixture journal = new JournalFixture(folder, CLASSES)) {
            for (int i = 0; i < 60; i++) {
                // Around the end of summer time, so that a day has 25 hours.
                ZonedDateTime begin =
                        ZonedDateTime.of(2024, 10, 25, 0, 0, 0, 0, BERLIN).plusSeconds(random.nextInt(6 * 86_400));
                int seconds = 1 + random.nextInt(9000);
                List<Event> events = new ArrayList<>();
                for (int e = 0; e < random.nextInt(4); e++) {
                    events.add(event(random.nextInt(2), random.nextDouble() * seconds, 1.5));
                }
                String site = "s" + random.nextInt(3);
                journal.add(site + "/" + i + ".wav", site, begin.toLocalDateTime(), BERLIN, seconds, events);
                // What the fixture stores is the first of two equal times.
                all.add(new Made(site, ZonedDateTime.of(begin.toLocalDateTime(), BERLIN), seconds, events));
            }
            journal.add("undated.wav", "s0", null, null, 10, List.of(event(0, 1, 1)));
        }
        return all;
    }

    private static List<Map<String, String>> rows(Path table) throws IOException {
        List<Map<String, String>> rows = new ArrayList<>();
        TextTable.forEach(table, row -> {
            Map<String, String> one = new HashMap<>();
            for (String name : row.table().names()) {
                one.put(name, row.text(name));
            }
            rows.add(one);
        });
        return rows;
    }

    @Test
    void historiesAndHoursEqualASlowCount() throws IOException {
        List<Made> all = random(7);
        Path out = Files.createDirectories(folder.resolve("out"));
        SummaryOptions options = new SummaryOptions(null, false, 2, null, null, 8, Set.of());
        FieldSummary summary;
        try (DetectedFolder detected = DetectedFolder.open(folder)) {
            summary = SummaryWriter.write(detected, options, out, true);
        }
        Map<String, Integer> seconds = new HashMap<>();
        Map<String, Integer> events = new HashMap<>();
        LocalDate first = LocalDate.MAX;
        for (Made made : all) {
            for (int t = 0; t < made.seconds(); t++) {
                LocalDate day = made.begin().plusSeconds(t).toLocalDate();
                seconds.merge(made.site() + " " + day, 1, Integer::sum);
                first = day.isBefore(first) ? day : first;
            }
            for (Event e : made.events()) {
                LocalDate day = made.begin()
                        .plus(Duration.ofNanos(Math.round(e.onset() * 1e9)))
                        .toLocalDate();
                events.merge(made.site() + " " + day + " " + CLASSES[e.label()], 1, Integer::sum);
            }
        }
        List<Map<String, String>> effort = rows(out.resolve("effort.csv"));
        assertThat(effort).hasSameSizeAs(seconds.keySet());
        for (Map<String, String> row : effort) {
            assertThat(Double.parseDouble(row.get("recorded_hours")) * 3600)
                    .isCloseTo(seconds.get(row.get("site") + " " + row.get("date")), within(0.01));
        }
        List<Map<String, String>> activity = rows(out.resolve("activity.csv"));
        assertThat(activity).hasSameSizeAs(events.keySet());
        for (Map<String, String> row : activity) {
            assertThat(Integer.parseInt(row.get("events")))
                    .isEqualTo(events.get(row.get("site") + " " + row.get("date") + " " + row.get("label")));
        }
        assertThat(rows(out.resolve("activity.parquet"))).hasSameSizeAs(activity);
        List<Map<String, String>> wide = rows(out.resolve("histories-wide.csv"));
        List<Map<String, String>> cells = rows(out.resolve("histories.csv"));
        assertThat(cells).hasSize(wide.size() * summary.occasions());
        int seen = 0;
        int missing = 0;
        for (Map<String, String> cell : cells) {
            LocalDate day = LocalDate.parse(cell.get("first_day"));
            int sound = 0;
            int found = 0;
            for (LocalDate d = day; !d.isAfter(day.plusDays(1)); d = d.plusDays(1)) {
                sound += seconds.getOrDefault(cell.get("site") + " " + d, 0);
                found += events.getOrDefault(cell.get("site") + " " + d + " " + cell.get("label"), 0);
            }
            String expected = sound < 8 * 3600 ? "NA" : found > 0 ? "1" : "0";
            assertThat(cell.get("detected")).as(cell.toString()).isEqualTo(expected);
            String inMatrix = wide.stream()
                    .filter(r -> r.get("site").equals(cell.get("site"))
                            && r.get("label").equals(cell.get("label")))
                    .findFirst()
                    .orElseThrow()
                    .get(day.toString());
            assertThat(inMatrix).isEqualTo(expected);
            seen += expected.equals("1") ? 1 : 0;
            missing += expected.equals("NA") ? 1 : 0;
        }
        assertThat(seen).isPositive();
        assertThat(missing).isPositive();
        assertThat(summary.first()).isEqualTo(first);
        assertThat(summary.undated()).isEqualTo(1);
        assertThat(rows(out.resolve("undated.csv")).getFirst()).containsEntry("events", "1");
    }

    @Test
    void hoursThatComeTwiceAreKeptApart() throws IOException {
        try (JournalFixture journal = new JournalFixture(folder, CLASSES)) {
            journal.add(
                    "a.wav",
                    "A",
                    LocalDateTime.parse("2024-10-27T01:30"),
                    BERLIN,
                    3 * 3600,
                    List.of(event(0, 1800, 1), event(0, 5400, 1), event(1, 10_799, 1)));
        }
        Path out = Files.createDirectories(folder.resolve("out"));
        try (DetectedFolder detected = DetectedFolder.open(folder)) {
            SummaryWriter.write(
                    detected, new SummaryOptions(null, true, 1, null, null, 0, Set.of("robin")), out, false);
            assertThat(Files.readAllLines(out.resolve("effort.csv")))
                    .containsExactly(("site,hour,recordings,recorded_hours A,2024-10-27T01:00:00+02:00,1,0.500000 "
                                    + "A,2024-10-27T02:00:00+02:00,0,1 A,2024-10-27T02:00:00+01:00,0,1 "
                                    + "A,2024-10-27T03:00:00+01:00,0,0.500000")
                            .split(" "));
            assertThat(Files.readAllLines(out.resolve("activity.csv")))
                    .contains("A,2024-10-27T02:00:00+02:00,wren,1,1,1", "A,2024-10-27T02:00:00+01:00,wren,1,1,1");
            assertThat(Files.readAllLines(out.resolve("histories-wide.csv")))
                    .containsExactly("site,label,2024-10-27", "A,robin,1");
            // Another zone moves the same moments.
            SummaryWriter.write(
                    detected,
                    new SummaryOptions(ZoneId.of("Asia/Tokyo"), false, 1, null, null, 0, Set.of()),
                    out,
                    false);
            assertThat(Files.readAllLines(out.resolve("effort.csv"))).contains("A,2024-10-27,1,3");
            assertThatThrownBy(() -> SummaryWriter.write(
                            detected,
                            new SummaryOptions(null, false, 1, null, null, 0, Set.of("unsought")),
                            out,
                            false))
                    .hasMessageContaining("class 'unsought' was not looked for");
        }
    }

    @Test
    void wrongClocksAreNamedAndLeftOutOfTime() throws IOException {
        try (JournalFixture journal = new JournalFixture(folder, CLASSES)) {
            journal.add("far.wav", "A", LocalDateTime.parse("9999-12-31T23:59:55"), null, 10, List.of(event(0, 1, 1)));
            journal.add("old.wav", "A", LocalDateTime.parse("2001-01-01T00:00"), null, 10, List.of());
            journal.add("new.wav", "A", LocalDateTime.parse("2024-01-01T00:00"), null, 10, List.of(event(1, 1, 1)));
            journal.add("next.wav", "A", LocalDateTime.parse("2024-01-03T00:00"), null, 10, List.of());
        }
        Path out = Files.createDirectories(folder.resolve("out"));
        try (DetectedFolder detected = DetectedFolder.open(folder)) {
            FieldSummary summary = SummaryWriter.write(detected, SummaryOptions.DEFAULT, out, false);
            assertThat(summary.recordings()).isEqualTo(2);
            assertThat(summary.events()).isEqualTo(1);
            assertThat(summary.undated()).isZero();
            assertThat(summary.first()).isEqualTo("2024-01-01");
            assertThat(summary.last()).isEqualTo("2024-01-03");
            assertThat(summary.farOff())
                    .isEqualTo(Map.of("far.wav", LocalDate.of(9999, 12, 31), "old.wav", LocalDate.of(2001, 1, 1)));
            assertThat(rows(out.resolve("undated.csv"))).hasSize(2);
            assertThat(rows(out.resolve("undated.csv")).getFirst())
                    .containsEntry("file", "far.wav")
                    .containsEntry("events", "1")
                    .hasEntrySatisfying("problems", p -> assertThat(p).contains("its clock says 9999-12-31"));
            // Days that were chosen leave out only what is far from the recordings in them.
            LocalDate day = LocalDate.of(2001, 1, 1);
            summary = SummaryWriter.write(
                    detected, new SummaryOptions(null, false, 1, day, day, 0, Set.of()), out, false);
            assertThat(summary.recordings()).isEqualTo(1);
            assertThat(summary.farOff()).isEmpty();
            SummaryOptions centuries = new SummaryOptions(null, false, 1, day, LocalDate.of(2101, 1, 1), 0, Set.of());
            assertThatThrownBy(() -> SummaryWriter.write(detected, centuries, out, false))
                    .isInstanceOf(InputException.class)
                    .hasMessageContainingAll("more than 5000 days", "--from");
        }
        Files.delete(folder.resolve("run.json"));
        assertThatThrownBy(() -> DetectedFolder.open(folder)).hasMessageContaining("has not ended");
        assertThatThrownBy(() -> DetectedFolder.open(folder.resolve("out"))).hasMessageContaining("no folder of");
    }

    /** A hundred thousand recordings of fifty sites, with two million events. */
    @Test
    @FullBuild("writes and reads two million events")
    void aHundredThousandRecordingsTakeLessThanAMinute() throws IOException {
        many(folder, 100_000);
        Path out = Files.createDirectories(folder.resolve("out"));
        long begun = System.nanoTime();
        try (DetectedFolder detected = DetectedFolder.open(folder)) {
            FieldSummary summary = SummaryWriter.write(detected, SummaryOptions.DEFAULT, out, true);
            assertThat(summary.recordings()).isEqualTo(100_000);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofMinutes(1));
    }

    static void many(Path folder, int recordings) throws IOException {
        Random random = new Random(1);
        String[] classes = new String[40];
        for (int c = 0; c < classes.length; c++) {
            classes[c] = "class " + c;
        }
        try (JournalFixture journal = new JournalFixture(folder, classes)) {
            for (int i = 0; i < recordings; i++) {
                String site = "site " + i % 50;
                LocalDateTime begin = LocalDateTime.parse("2024-01-01T00:00").plusMinutes(240L * (i / 50));
                List<Event> events = new ArrayList<>();
                double onset = 0;
                for (int e = 0; e < 20; e++) {
                    onset += random.nextDouble() * 20;
                    events.add(event(random.nextInt(classes.length), onset, 1));
                }
                journal.add(site + "/" + i + ".wav", site, begin, BERLIN, 600, events);
            }
        }
    }
}
