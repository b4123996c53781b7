package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.cli.console.ExitCode;
import org.unmute.data.TextTable;

/** Time and place in the tables of {@code unmute detect}. */
class FieldEndToEndTest {
    /** When each recording begins; an empty text where nothing tells it. */
    private static final Map<String, String> BEGINS = new LinkedHashMap<>();

    @TempDir
    static Path folder;

    private static Path probe;
    private static Path recordings;
    private static Path out;
    private static Ran ran;

    @BeforeAll
    static void prepare() throws IOException {
        probe = DetectFixture.probes(folder, "protobin").getFirst();
        recordings = folder.resolve("recordings");
        named("moth/20240517_053000.WAV", "2024-05-17T05:30:00+02:00");
        named("moth/5CE2F3A0.WAV", "2019-05-20T18:36:16Z");
        named("meter/SM4_20240331_015959.wav", "2024-03-31T01:59:59+01:00");
        named("pam/PAM_20240517_235959_500.wav", "2024-05-17T23:59:59.500+02:00");
        named("pi/2024-10-27-birdnet-02:59:59.wav", "2024-10-27T02:59:59+02:00");
        named("iso/2024-05-17T05-30-00Z.wav", "2024-05-17T05:30:00Z");
        FieldFixture.guano(
                named("chunks/guano.wav", "2024-05-17T05:30:00.250+02:00"),
                "Timestamp: 2024-05-17T05:30:00.25+02:00\nLoc Position: 52.5 13.25\n");
        FieldFixture.wamd(named("chunks/wamd.wav", "2024-05-18T05:30:00-05:00"), "2024-05-18 05:30:00-05:00");
        FieldFixture.comment(
                named("chunks/comment.wav", "2024-05-19T05:30:00+01:00"),
                "Recorded at 05:30:00 19/05/2024 (UTC+1) by AudioMoth 24F3190160371234");
        FieldFixture.bext(named("chunks/bext.wav", "2024-05-20T05:30:00+02:00"), "2024-05-20", "05:30:00");
        FieldFixture.guano(
                named("odd/SM4_20240517_053000.wav", "2024-05-17T06:30:00+02:00"),
                "Timestamp: 2024-05-17 06:30:00+02:00\n");
        named("odd/SM4_20240231_053000.wav", "");
        named("odd/19700101_000012.WAV", "");
        named("plain.wav", "");
        named("twice/a_20240601_000000.wav", "2024-06-01T00:00:00+02:00");
        named("twice/b_20240601_000001.wav", "2024-06-01T00:00:01+02:00");
        named("twice/a_20240601_010000.wav", "2024-06-01T01:00:00+02:00");
        named("twice/a_20240606_010000.wav", "2024-06-06T01:00:00+02:00");
        out = folder.resolve("events");
        ran = detect(out, "--format", "csv,jsonl,raven,birdnet,parquet", "--time-zone", "Europe/Berlin")
                .endsWith(ExitCode.OK);
    }

    private static Path named(String name, String begin) throws IOException {
        BEGINS.put(name, begin);
        boolean crosses = begin.contains("59:59") || name.startsWith("twice");
        return FieldFixture.recording(recordings, name, BEGINS.size(), crosses ? 3 : 1);
    }

    /** Detects with few scores and a low threshold, since times matter here, not classes. */
    private static Ran detect(Path to, Object... more) {
        Object[] args = {
            "detect", "--probe", probe, "--audio", recordings, "--threshold", 0.1, "--stride", 0.5, "--out", to
        };
        return Ran.unmute(Ran.with(args, more));
    }

    private static List<Map<String, String>> rows(Path table) throws IOException {
        List<Map<String, String>> rows = new ArrayList<>();
        try (TextTable open = TextTable.open(table)) {
            open.forEach(row -> {
                Map<String, String> one = new LinkedHashMap<>();
                for (int i = 0; i < row.fields().size(); i++) {
                    one.put(row.table().names().get(i), row.fields().get(i));
                }
                rows.add(one);
            });
        }
        return rows;
    }

    private static void assertTimes(String file, double start, double end, String begin, String finish) {
        String expected = BEGINS.get(file);
        if (expected.isEmpty()) {
            assertThat(begin + finish).as(file).isEmpty();
            return;
        }
        OffsetDateTime first = OffsetDateTime.parse(expected);
        assertThat(ChronoUnit.MICROS.between(first, OffsetDateTime.parse(begin)) / 1e6)
                .as(file)
                .isCloseTo(start, within(1e-6));
        assertThat(ChronoUnit.MICROS.between(first, OffsetDateTime.parse(finish)) / 1e6)
                .as(file)
                .isCloseTo(end, within(1e-6));
    }

    @Test
    void allTablesHaveExactTimes() throws IOException {
        List<Map<String, String>> csv = rows(out.resolve("events.csv"));
        assertThat(csv.stream().map(r -> r.get("file")).distinct()).hasSizeGreaterThan(14);
        List<Map<String, String>> parquet = rows(out.resolve("events.parquet"));
        List<Map<String, String>> birdnet = rows(out.resolve("BirdNET_CombinedTable.csv"));
        List<String> lines = Files.readAllLines(out.resolve("events.jsonl"));
        List<String> raven = Files.readAllLines(out.resolve("raven-combined.txt"));
        assertThat(parquet).hasSameSizeAs(csv);
        for (int i = 0; i < csv.size(); i++) {
            Map<String, String> row = csv.get(i);
            String begin = row.get("begin_datetime");
            String end = row.get("end_datetime");
            assertTimes(
                    row.get("file"),
                    Double.parseDouble(row.get("start")),
                    Double.parseDouble(row.get("end")),
                    begin,
                    end);
            assertThat(parquet.get(i)).containsEntry("begin_datetime", begin).containsEntry("end_datetime", end);
            assertThat(birdnet.get(i)).containsEntry("Begin Date Time", begin).containsEntry("End Date Time", end);
            JsonNode line = new ObjectMapper().readTree(lines.get(i));
            assertThat(line.path("begin_datetime").asText()).isEqualTo(begin);
            String[] selection = raven.get(i + 1).split("\t", -1);
            assertThat(List.of(selection).subList(11, 14)).containsExactly(begin, end, row.get("site"));
            int slash = row.get("file").indexOf('/');
            assertThat(row.get("site"))
                    .isEqualTo(slash < 0 ? "" : row.get("file").substring(0, slash));
        }
        assertThat(csv).anySatisfy(r -> {
            assertThat(r.get("file")).isEqualTo("chunks/guano.wav");
            assertThat(r.get("latitude")).isEqualTo("52.500000");
        });
        // An hour is skipped when summer time begins, and comes twice when it ends; days end at midnight.
        assertThat(csv.stream().filter(r -> r.get("file").startsWith("meter/")).map(r -> r.get("end_datetime")))
                .anyMatch(t -> t.startsWith("2024-03-31T03:00:0") && t.endsWith("+02:00"));
        assertThat(csv.stream().filter(r -> r.get("file").startsWith("pi/")).map(r -> r.get("end_datetime")))
                .anyMatch(t -> t.startsWith("2024-10-27T02:00:0") && t.endsWith("+01:00"));
        assertThat(csv.stream().filter(r -> r.get("file").startsWith("pam/")).map(r -> r.get("end_datetime")))
                .anyMatch(t -> t.startsWith("2024-05-18T00:00:0"));
    }

    @Test
    void whatIsOddIsNamedWithItsFile() throws IOException {
        List<Map<String, String>> table = rows(out.resolve("recordings.csv"));
        assertThat(table.stream().map(r -> r.get("file"))).containsExactlyInAnyOrderElementsOf(BEGINS.keySet());
        Map<String, String> odd = new LinkedHashMap<>();
        table.forEach(r -> odd.put(r.get("file"), r.get("problems")));
        assertThat(odd.get("odd/SM4_20240517_053000.wav"))
                .contains("GUANO says 2024-05-17T06:30:00+02:00", "file name says 2024-05-17T05:30:00", "former");
        assertThat(odd.get("odd/SM4_20240231_053000.wav")).contains("2024-02-31 05:30:00", "does not exist");
        assertThat(odd.get("odd/19700101_000012.WAV")).contains("clock was reset");
        assertThat(odd.get("plain.wav")).contains("neither its name nor its chunks tell");
        assertThat(odd.get("twice/b_20240601_000001.wav")).contains("before twice/a_20240601_000000.wav");
        assertThat(odd.get("twice/a_20240606_010000.wav")).contains("nothing was recorded at its site for 5.0 days");
        assertThat(odd.get("chunks/comment.wav")).contains("its clock is at UTC+01:00", "chunks/wamd.wav");
        assertThat(odd.get("iso/2024-05-17T05-30-00Z.wav")).isEmpty();
        assertThat(ran.err()).contains("plain.wav: ").contains("more recordings: problems in recordings.csv");
    }

    @Test
    void otherRulesChangeTheTablesAndReadNothingAgain() throws IOException {
        Path deployments = Files.writeString(
                folder.resolve("deployments.csv"),
                "site,folder,latitude,longitude,start,end,zone\n"
                        + "Pond,meter,-33.5,151.25,2024-03-01,2024-03-31,Australia/Sydney\n"
                        + "North,*,1,2,,,UTC\n");
        Path again = folder.resolve("again");
        detect(again, "--format", "csv,raven").endsWith(ExitCode.OK);
        Path single = again.resolve("raven/meter/SM4_20240331_015959.selections.txt");
        assertThat(single).content().contains("\t2024-03-31T01:59:5").doesNotContain("+11:00");
        assertThat(again.resolve("recordings.csv"))
                .content()
                .contains("20240517_053000.WAV,0.000000,1.000000,2024-05-17T05:30:00.000000Z");
        detect(again, "--format", "csv,raven", "--deployments", deployments).prints("0 read now, 18 already there");
        assertThat(single).content().contains("+11:00\tPond\t-33.500000\t151.250000");
        Map<String, String> plain = rows(again.resolve("recordings.csv")).stream()
                .filter(r -> r.get("file").startsWith("plain"))
                .findFirst()
                .orElseThrow();
        assertThat(plain).containsEntry("site", "North").containsEntry("latitude", "1.000000");
        // The other time within the same folder is that of an undisturbed run.
        Path fresh = folder.resolve("fresh");
        detect(fresh, "--format", "csv,raven", "--deployments", deployments).endsWith(ExitCode.OK);
        DetectFixture.assertSame(again, fresh);
    }

    @Test
    void malformedRulesAreRefused() throws IOException {
        Path bad = Files.writeString(folder.resolve("bad.csv"), "site,latitude,longitude\nA,95,1\n");
        detect(folder.resolve("no"), "--deployments", bad).fails(ExitCode.INPUT, "bad.csv:2", "latitude");
        detect(folder.resolve("no"), "--time-zone", "Berlin")
                .fails(ExitCode.USAGE, "--time-zone: there is no time zone 'Berlin'");
        detect(folder.resolve("no"), "--time-pattern", "%Q").fails(ExitCode.USAGE, "'%Q'");
        detect(folder.resolve("no"), "--site-from", "moon")
                .fails(ExitCode.USAGE, "--site-from must be folder, parent, name or chunk");
    }
}
