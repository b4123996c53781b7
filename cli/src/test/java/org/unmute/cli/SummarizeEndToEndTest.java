package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.cli.console.ExitCode;
import org.unmute.data.CsvLine;
import org.unmute.data.TextTable;
import org.unmute.data.provenance.Json;
import org.unmute.data.provenance.Units;

/** {@code unmute summarize}, and {@code detect --format camtrapdp}. */
class SummarizeEndToEndTest {
    @TempDir
    static Path folder;

    private static Path probe;
    private static Path recordings;
    private static Path deployments;
    private static Path events;

    @BeforeAll
    static void prepare() throws IOException {
        probe = DetectFixture.probes(folder, "protobin").getFirst();
        recordings = folder.resolve("recordings");
        for (String name : List.of(("north/20240517_053000.WAV north/20240517_203000.WAV north/20240519_053000.WAV "
                        + "south/20240517_235959.WAV south/20240518_053000.WAV")
                .split(" "))) {
            FieldFixture.recording(recordings, name, name.hashCode() & 63, name.contains("5959") ? 3 : 1);
        }
        deployments = Files.writeString(
                folder.resolve("deployments.csv"),
                "site,latitude,longitude,zone\nnorth,52.5,13.25,Europe/Berlin\nsouth,-33.5,-70.6,America/Santiago\n");
        events = folder.resolve("events");
        detect(events, "--deployments", deployments, "--format", "csv,camtrapdp")
                .endsWith(ExitCode.OK);
    }

    private static Ran detect(Path to, Object... more) {
        Object[] args = {"detect", "--probe", probe, "--audio", recordings, "--threshold", 0.3, "--out", to};
        return Ran.unmute(Ran.with(args, more));
    }

    private static Ran summarize(Path from, Path to, Object... more) {
        return Ran.unmute(Ran.with(new Object[] {"summarize", from, "--out", to}, more));
    }

    @Test
    void tablesAndPageAreWritten() throws IOException {
        Path out = folder.resolve("summary");
        Ran ran = summarize(events, out, "--format", "csv,parquet", "--page").endsWith(ExitCode.OK);
        assertThat(ran.out()).contains("5 recordings, 2 sites, 2024-05-17 to 2024-05-19, 3 occasions");
        assertThat(Files.readAllLines(out.resolve("effort-wide.csv")))
                .containsExactly(
                        "site,2024-05-17,2024-05-18,2024-05-19",
                        "north,0.000556,0,0.000278",
                        "south,0.000278,0.000833,0");
        assertThat(Files.readAllLines(out.resolve("histories-wide.csv")))
                .anyMatch(line -> line.matches("north,.*,[01],NA,[01]"))
                .anyMatch(line -> line.matches("south,.*,[01],[01],NA"));
        assertThat(out.resolve("histories.parquet")).isNotEmptyFile();
        assertThat(out.resolve("summary.html"))
                .content()
                .contains("Content-Security-Policy")
                .doesNotContain("<script")
                .contains("north", "52.50000");
        Ran.ok("fsck", out);
        // The same again gives the same, byte for byte.
        Path again = folder.resolve("summary-again");
        summarize(events, again, "--format", "csv,parquet", "--page").endsWith(ExitCode.OK);
        for (String name : List.of("histories.csv", "activity.parquet", "summary.html", "clock.csv", "sites.csv")) {
            assertThat(again.resolve(name)).hasSameBinaryContentAs(out.resolve(name));
        }
        JsonNode json = summarize(events, again, "--occasion", "7d", "--json")
                .endsWith(ExitCode.OK)
                .json();
        assertThat(json.get("occasions").asInt()).isEqualTo(1);
        assertThat(json.at("/sites/1/site").asText()).isEqualTo("south");
    }

    @Test
    void countsAreSaidToBeDoubtfulUntilAListenerJudgesThem() throws IOException {
        Path own = folder.resolve("doubtful");
        detect(own, "--deployments", deployments).endsWith(ExitCode.OK);
        List<String> labels = new ArrayList<>();
        TextTable.forEach(own.resolve("events.csv"), row -> labels.add(row.text("label")));
        String label = labels.getFirst();
        long events = labels.stream().filter(label::equals).count();
        // As if the probe had learned from 3.6 s without an alarm.
        ObjectNode record = (ObjectNode) Json.read(own.resolve("run.json"));
        ((ObjectNode) record.get("results"))
                .putObject("decisions")
                .putArray("classes")
                .addObject()
                .put("name", label)
                .putObject("absent")
                .put("high", 3688.9);
        Json.write(own.resolve("run.json"), record);
        Path out = folder.resolve("doubtful-summary");
        Ran ran = summarize(own, out, "--page").endsWith(ExitCode.OK);
        List<String> lines = ran.out().lines().toList();
        assertThat(lines.get(0))
                .startsWith("these events may all be false alarms")
                .contains(
                        label + " (" + Units.count(events, "event") + ", up to 3.69e+03 alarms an hour in 0.00194 h)");
        assertThat(lines.get(1)).isEqualTo("not reviewed: how many of the events are right is not known");
        assertThat(lines).anyMatch(l -> l.matches(Pattern.quote(label) + " +" + events + "  not reviewed"));
        assertThat(Files.readString(out.resolve("summary.html")))
                .contains("Note: these events may all be false alarms", "Note: not reviewed");
        Path sample = folder.resolve("sample.csv");
        Ran.ok("review", own, "--export", sample);
        int[] verdicts = {0};
        answer(sample, row -> row.equals(label) && verdicts[0]++ < 40 ? "yes" : "");
        Ran.ok("review", own, "--import", sample);
        ran = summarize(own, out).endsWith(ExitCode.OK);
        assertThat(ran.out()).doesNotContain("may all be false alarms").doesNotContain("how many of the events");
        assertThat(ran.out().lines())
                .anyMatch(l -> l.matches(Pattern.quote(label) + " +" + events + " .*from \\d+ verdicts?"))
                .anyMatch(l -> l.endsWith("not reviewed"));
        JsonNode json = summarize(own, out, "--json").endsWith(ExitCode.OK).json();
        JsonNode first = null;
        for (JsonNode one : json.get("classes")) {
            first = one.get("class").asText().equals(label) ? one : first;
        }
        assertThat(first.at("/precision/estimate").asDouble()).isEqualTo(1);
        assertThat(first.at("/precision/low").asDouble()).isBetween(0.01, 1.0);
        assertThat(first.at("/right/high").asLong()).isEqualTo(events);
        // What nobody judged is not counted with --confirmed, nor is what was rejected.
        json = summarize(own, out, "--confirmed", "--json")
                .endsWith(ExitCode.OK)
                .json();
        assertThat(json.get("confirmedOnly").asBoolean()).isTrue();
        assertThat(json.get("events").asLong()).isEqualTo(Math.min(40, events)).isLessThan(labels.size());
        assertThat(summarize(own, out, "--confirmed").endsWith(ExitCode.OK).out())
                .startsWith("only what a listener confirmed is counted");
    }

    /** Fills in the column of verdicts by the column of classes. */
    private static void answer(Path table, UnaryOperator<String> verdicts) throws IOException {
        List<String> lines = new ArrayList<>();
        TextTable.forEach(table, row -> {
            List<Object> cells = new ArrayList<>();
            for (String name : row.table().names()) {
                cells.add(name.equals("Verdict") ? verdicts.apply(row.text("Annotation")) : row.text(name));
            }
            if (lines.isEmpty()) {
                lines.add(CsvLine.of(row.table().names().toArray()).strip());
            }
            lines.add(CsvLine.of(cells.toArray()).strip());
        });
        Files.write(table, lines);
    }

    @Test
    void wrongOptionsAndFoldersAreRefused() {
        Path out = folder.resolve("refused");
        summarize(recordings, out).fails(ExitCode.INPUT, "no folder of 'unmute detect'");
        summarize(events, out, "--occasion", "week").fails(ExitCode.USAGE, "--occasion is a number of days");
        summarize(events, out, "--classes", "dodo").fails(ExitCode.USAGE, "class 'dodo' was not looked for");
        summarize(events, events).fails(ExitCode.USAGE, "another folder");
        summarize(events, out, "--time-zone", "Mars").fails(ExitCode.USAGE, "no time zone 'Mars'");
    }

    @Test
    void camtrapPackagesFollowTheSchemas() throws IOException {
        Path out = events.resolve("camtrapdp");
        CamtrapSchemas.check(out);
        assertThat(Files.readAllLines(out.resolve("deployments.csv")).get(1))
                .startsWith(
                        "north,north,north,52.500000,13.250000,,2024-05-17T05:30:00+02:00,2024-05-19T05:30:01+02:00");
        assertThat(Files.readAllLines(out.resolve("media.csv")))
                .hasSize(6)
                .anyMatch(line -> line.startsWith("south/20240517_235959.WAV,south,,2024-05-17T23:59:59-04:00,"
                        + "south/20240517_235959.WAV,false,20240517_235959.WAV,audio/wav,"));
        long rows = Files.readAllLines(events.resolve("events.csv")).size() - 1;
        assertThat(Files.readAllLines(out.resolve("observations.csv")).stream()
                        .filter(line -> line.contains("|frequencyLow:"))
                        .count())
                .isEqualTo(rows);
        JsonNode descriptor = Json.read(out.resolve("datapackage.json"));
        assertThat(descriptor.at("/temporal/start").asText()).isEqualTo("2024-05-17");
        Path own = Files.writeString(folder.resolve("own.json"), "{\"title\":\"My study\",\"contributors\":[]}");
        detect(events, "--deployments", deployments, "--format", "csv,camtrapdp", "--package", own, "--frequency-terms")
                .endsWith(ExitCode.OK);
        assertThat(Json.read(out.resolve("datapackage.json")).get("title").asText())
                .isEqualTo("My study");
        assertThat(Files.readAllLines(out.resolve("observations.csv")).getFirst())
                .endsWith(",frequencyLow,frequencyHigh");
        detect(events, "--deployments", deployments, "--format", "csv,camtrapdp")
                .endsWith(ExitCode.OK);
    }

    @Test
    void staysAtOneSiteAreDeploymentsOfTheirOwn() throws IOException {
        Path stays = Files.writeString(folder.resolve("stays.csv"), """
                site,latitude,longitude,start,end,zone
                north,52.5,13.25,2024-05-10,2024-05-18,Europe/Berlin
                north,52.5,13.25,2024-05-19T04:00,,Europe/Berlin
                south,-33.5,-70.6,,2024-05-18T00:00,America/Santiago
                south,-33.5,-70.6,2024-05-18T00:00:01,2024-06-01,America/Santiago
                """);
        Path out = folder.resolve("stays");
        detect(out, "--deployments", stays, "--format", "camtrapdp").endsWith(ExitCode.OK);
        CamtrapSchemas.check(out.resolve("camtrapdp"));
        assertThat(Files.readAllLines(out.resolve("camtrapdp/deployments.csv")).stream()
                        .skip(1)
                        .map(line -> line.replaceAll("(,,+false.*)", "").split(","))
                        .map(cells -> cells[0] + " " + cells[6] + " " + cells[7]))
                .containsExactly(
                        "north 2024-05-10T00:00:00+02:00 2024-05-18T23:59:59+02:00",
                        "north 2024-05-19 2024-05-19T04:00:00+02:00 2024-05-19T05:30:01+02:00",
                        "south 2024-05-17T23:59:59-04:00 2024-05-18T00:00:02-04:00", // a recording passes the end
                        "south 2024-05-18 2024-05-18T00:00:01-04:00 2024-06-01T23:59:59-04:00");
        assertThat(Json.read(out.resolve("camtrapdp/datapackage.json"))
                        .at("/temporal/end")
                        .asText())
                .isEqualTo("2024-06-01");
    }

    @Test
    void recordingsWithoutDateOrPlaceAreNamed() {
        detect(folder.resolve("no"), "--format", "camtrapdp")
                .fails(ExitCode.INPUT, "'north/20240517_053000.WAV'", "where it was made");
        detect(folder.resolve("no"), "--format", "camtrapdp", "--time-pattern", "x%Y%m%d%H")
                .fails(ExitCode.INPUT, "'north/20240517_053000.WAV'", "when it was made");
        detect(folder.resolve("no"), "--frequency-terms").fails(ExitCode.USAGE, "belong to --format camtrapdp");
        assertThat(folder.resolve("no")).doesNotExist();
    }
}
