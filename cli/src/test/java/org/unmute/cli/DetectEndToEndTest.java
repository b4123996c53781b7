package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.audio.Wav;
import org.unmute.cli.console.ExitCode;
import org.unmute.data.annotation.Annotation;
import org.unmute.data.annotation.AnnotationTable;
import org.unmute.data.provenance.Json;
import org.unmute.files.FolderLock;
import org.unmute.probes.pool.TrainedProbe;

/** {@code unmute detect} on synthesized scenes with the built-in encoder. */
class DetectEndToEndTest {
    private static final String ALL = "csv,jsonl,raven,audacity,birdnet,parquet";

    @TempDir
    static Path folder;

    private static Path protobin;
    private static Path linear;
    private static Path recordings;
    private static Path events;

    @BeforeAll
    static void prepare() throws IOException {
        List<Path> runs = DetectFixture.probes(folder, "protobin", "linear");
        protobin = runs.getFirst();
        linear = runs.getLast();
        recordings = folder.resolve("recordings");
        DetectFixture.recordings(recordings, 3);
        Files.createDirectories(recordings.resolve("sub"));
        DetectFixture.writeFloats(recordings.resolve("sub/stereo.wav"), DetectFixture.scene(7, 4), 44_100, 2);
        Wav.write(recordings.resolve("sub/long.wav"), DetectFixture.scene(8, 9), 16_000);
        events = folder.resolve("events");
        detect(events, recordings, "--format", ALL).endsWith(ExitCode.OK);
    }

    /** Detects with a low threshold and no other rules, since few training steps must yield many events. */
    private static Ran detect(Path out, Path audio, Object... more) {
        return run(protobin, out, audio, more);
    }

    private static Ran run(Path probe, Path out, Path audio, Object... more) {
        List<Object> args = new ArrayList<>(List.of("detect", "--probe", probe, "--audio", audio, "--out", out));
        args.addAll(Arrays.asList(more));
        if (!args.contains("--threshold")) {
            args.addAll(List.of("--threshold", 0.4));
        }
        return Ran.unmute(args.toArray());
    }

    private static List<Annotation> read(Path file) throws IOException {
        return AnnotationTable.read(file).annotations();
    }

    private static void assertSame(List<Annotation> actual, List<Annotation> expected, boolean bands, boolean scores) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.size(); i++) {
            Annotation a = actual.get(i);
            Annotation e = expected.get(i);
            assertThat(a.label()).isEqualTo(e.label());
            assertThat(a.onset()).isCloseTo(e.onset(), within(2e-6));
            assertThat(a.offset()).isCloseTo(e.offset(), within(2e-6));
            if (bands) {
                assertThat(a.low()).isCloseTo(e.low(), within(0.06));
                assertThat(a.high()).isCloseTo(e.high(), within(0.06));
            }
            if (scores) {
                assertThat(a.score()).isCloseTo(e.score(), within(1e-9));
            }
        }
    }

    @Test
    void everyFormatIsReadBackToTheSameEvents() throws IOException {
        List<Annotation> all = read(events.resolve("events.csv"));
        assertThat(all).hasSizeGreaterThan(20);
        assertThat(all.stream().map(Annotation::label).distinct()).hasSizeGreaterThan(2);
        assertThat(all.stream().map(Annotation::file).distinct())
                .containsExactly("0.wav", "1.wav", "2.wav", "sub/long.wav", "sub/stereo.wav");
        assertSame(read(events.resolve("raven-combined.txt")), all, true, true);
        assertSame(read(events.resolve("BirdNET_CombinedTable.csv")), all, false, true);
        List<Annotation> parquet = read(events.resolve("events.parquet"));
        assertSame(parquet, all, true, false);
        for (int i = 0; i < all.size(); i++) {
            assertThat(parquet.get(i).file()).isEqualTo(all.get(i).file());
            assertThat(parquet.get(i).score()).isCloseTo(all.get(i).score(), within(5e-5));
        }
        for (String name : List.of("0", "1", "2", "sub/long", "sub/stereo")) {
            List<Annotation> own =
                    all.stream().filter(a -> a.file().equals(name + ".wav")).toList();
            assertSame(read(events.resolve("raven/" + name + ".selections.txt")), own, true, true);
            assertSame(read(events.resolve("audacity/" + name + ".txt")), own, true, false);
            assertSame(read(events.resolve("birdnet/" + name + ".BirdNET.results.csv")), own, false, true);
        }
        assertThat(all)
                .anySatisfy(a -> assertThat(a.high() - a.low())
                        .as("a band that is not all that the encoder hears")
                        .isLessThan(4000));
        for (Annotation a : read(events.resolve("raven-combined.txt"))) {
            assertThat(Path.of(a.file())).isAbsolute().isRegularFile();
        }
    }

    /** Checks the tables with a program that shares no code with this one and reads them by their columns. */
    @Test
    void aProgramOfItsOwnAgreesWithTheTables() throws Exception {
        Path scripts = Checkout.root().resolve("cli/src/test/scripts");
        Ran ran = Java.run(
                folder,
                Map.of(),
                List.of(scripts.resolve("CheckTables.java").toString(), events.toString(), recordings.toString()));
        ran.endsWith(0);
        long rows = Files.readAllLines(events.resolve("events.csv")).size() - 1;
        assertThat(ran.out()).isEqualTo("5 recordings, " + rows + " events agree\n");
    }

    @Test
    void theFirstLinesSayWhatIsLookedForAndHow() throws IOException {
        Path out = folder.resolve("said");
        Ran ran = Ran.ok("detect", "--probe", protobin, "--audio", recordings, "--out", out);
        assertThat(ran.err())
                .contains("10 classes; scores 1.04 s around each moment, every 0.0800 s")
                .contains(
                        "events: score above 0.500, median over 11 rows (0.880 s), gaps up to 0.200 s joined, at least"
                                + " 0.100 s long")
                .contains("0.5 for 10 classes, since the probe learned none")
                .contains("the band in which the winning tokens lie, of 4 from 20 to 8000 Hz");
        assertThat(ran.out()).contains("5 read now, 0 already there), 0 skipped", "written: events.csv");
        assertThat(Files.readString(out.resolve("run.json"))).contains("\"median filter\"", "11 rows", "encoderSha256");
    }

    @Test
    void aProbeOfClipsScoresStretches() throws IOException {
        Path out = folder.resolve("linear");
        Ran ran = run(linear, out, recordings, "--context", 0.5, "--stride", 0.2, "--json")
                .endsWith(ExitCode.OK);
        assertThat(ran.err())
                .contains("scores 0.560 s around each moment, every 0.240 s")
                .contains("every event has the full band, 20 to 8000 Hz: probe linear has no prototypes");
        assertThat(read(out.resolve("events.csv"))).isNotEmpty().allSatisfy(a -> {
            assertThat(a.low()).isEqualTo(20);
            assertThat(a.high()).isEqualTo(8000);
        });
        assertThat(ran.json().get("events").asInt())
                .isEqualTo(read(out.resolve("events.csv")).size());
        assertThat(ran.json().at("/classes/0/best score").asDouble()).isBetween(0.4, 1.0);
    }

    @Test
    void aProbeWithPrototypesScoresStretchesOrRows() throws IOException {
        Ran ran = detect(folder.resolve("stretches"), recordings, "--context", 0.5, "--stride", 0.2)
                .endsWith(ExitCode.OK);
        assertThat(ran.err()).contains("scores 0.560 s around each moment, every 0.240 s");
        Path rows = folder.resolve("rows");
        Ran single = detect(rows, recordings, "--context", 0, "--stride", 0.2).endsWith(ExitCode.OK);
        assertThat(single.err())
                .contains("scores each row of 0.0800 s by itself")
                .contains("--stride does not matter where each row is scored by itself");
        // A row lasts 0.08 s, so a window of 11 rows contains at most one of two scores that are 13 rows apart.
        Ran wide = detect(folder.resolve("wide"), recordings, "--stride", 1, "--dry-run")
                .endsWith(ExitCode.OK);
        assertThat(wide.err())
                .contains("every 1.04 s", "the median over 11 rows (0.880 s) leaves scores 1.04 s apart as they are");
        Ran longer = detect(folder.resolve("wide"), recordings, "--stride", 0.2, "--median", 2, "--dry-run")
                .endsWith(ExitCode.OK);
        assertThat(longer.err()).contains("median over 25 rows (2.00 s) of scores 0.240 s apart");
        assertThat(Files.readString(rows.resolve("run.json"))).contains("\"1 rows\"");
        assertThat(Files.readString(rows.resolve("events.csv")))
                .isNotEqualTo(Files.readString(folder.resolve("stretches").resolve("events.csv")));
        detect(folder.resolve("negative"), recordings, "--context", -1)
                .fails(ExitCode.USAGE, "--context must be 0 to 600.0 seconds, is -1.0");
    }

    @Test
    void whatIsDoneIsNotHeardAgain() throws IOException {
        Path own = folder.resolve("growing");
        DetectFixture.recordings(own, 3);
        Path out = folder.resolve("resumed");
        detect(out, own).endsWith(ExitCode.OK);
        Ran again = detect(out, own, "--format", ALL).endsWith(ExitCode.OK);
        assertThat(again.out()).contains("0 read now, 3 already there");
        assertThat(out.resolve("audacity/1.txt")).exists();

        // Modified time changes, bytes do not.
        Files.setLastModifiedTime(own.resolve("0.wav"), FileTime.fromMillis(1_000_000));
        Wav.write(own.resolve("1.wav"), DetectFixture.scene(40, 2), 16_000);
        Wav.write(own.resolve("00.wav"), DetectFixture.scene(41, 2), 16_000);
        Ran changed = detect(out, own, "--format", ALL).endsWith(ExitCode.OK);
        assertThat(changed.out()).contains("2 read now, 2 already there");
        Path fresh = folder.resolve("fresh");
        detect(fresh, own, "--format", ALL).endsWith(ExitCode.OK);
        Map<String, byte[]> actual = DetectFixture.content(out);
        DetectFixture.content(fresh).forEach((name, bytes) -> {
            if (!name.equals(".detect/events.log")) {
                assertThat(actual.get(name)).as(name).isEqualTo(bytes);
            }
        });
    }

    @Test
    void otherSettingsAreRefused() throws IOException {
        Path out = folder.resolve("settings");
        detect(out, recordings).endsWith(ExitCode.OK);
        Ran other =
                detect(out, recordings, "--threshold", 0.3, "--median", "5rows").endsWith(ExitCode.INPUT);
        assertThat(other.err())
                .contains("found with other settings", "median filter was 11 rows, now is 5 rows")
                .contains("was 0.4, now is 0.3", "more", "name another folder");
        run(linear, out, recordings).fails(ExitCode.INPUT, "probe was protobin");
        detect(recordings, recordings).fails(ExitCode.INPUT, "no events of 'unmute detect'");
        detect(out, recordings).endsWith(ExitCode.OK);
    }

    @Test
    void aSecondRunIntoTheFolderIsRefused() throws IOException {
        Path out = folder.resolve("locked");
        detect(out, recordings).endsWith(ExitCode.OK);
        try (FolderLock _ = FolderLock.acquire(out, ".detect/lock")) {
            detect(out, recordings).fails(ExitCode.INPUT, "is writing to " + out, "wait until it is done");
        }
        detect(out, recordings).endsWith(ExitCode.OK);
    }

    /** Anybody who can write to the folder could have planted the links. */
    @Test
    void linksInTheFolderAreNotWrittenThrough() throws IOException {
        Path victim = Files.writeString(folder.resolve("victim"), "precious");
        Path out = folder.resolve("planted");
        detect(out, recordings).endsWith(ExitCode.OK);
        for (String name : List.of("events.csv", "skipped.csv", ".detect/lock", ".detect/events.log")) {
            Path link = out.resolve(name);
            byte[] before = Files.readAllBytes(link);
            Files.delete(link);
            Files.createSymbolicLink(link, victim);
            Ran ran = detect(out, recordings).endsWith(ExitCode.FAILED);
            assertThat(ran.err()).contains("a symbolic link").contains(name);
            assertThat(victim).hasContent("precious");
            Files.delete(link);
            Files.write(link, before);
        }
        Files.writeString(out.resolve("run.json.0123456789abcdef.tmp"), "half");
        detect(out, recordings).endsWith(ExitCode.OK);
        assertThat(out.resolve("run.json.0123456789abcdef.tmp")).doesNotExist();
        DetectFixture.assertSame(out, detected());
    }

    private static Path detected() {
        Path again = folder.resolve("not-planted");
        detect(again, recordings).endsWith(ExitCode.OK);
        return again;
    }

    @Test
    void oneBadRecordingDoesNotEndTheRun() throws IOException {
        Path bad = folder.resolve("bad");
        DetectFixture.recordings(bad, 2);
        Wav.write(bad.resolve("10ms.wav"), new float[160], 16_000);
        Files.writeString(bad.resolve("text.wav"), "no sound");
        Files.createFile(bad.resolve("zero.wav"));
        float[] damaged = DetectFixture.scene(3, 5);
        damaged[48_000] = Float.NaN;
        DetectFixture.writeFloats(bad.resolve("damaged.wav"), damaged, 16_000, 1);
        Path out = folder.resolve("bad-events");
        Ran ran = detect(out, bad, "--format", "csv,raven").endsWith(ExitCode.OK);
        assertThat(ran.out())
                .contains("in 3 recordings", "3 skipped", "skipped 10ms.wav: ", "too short", "skipped text.wav: ")
                .contains("skipped zero.wav: the file is empty")
                .contains(
                        "damaged damaged.wav: read up to 3.000 s, events after that are missing: sample 48000 is NaN");
        assertThat(Files.readAllLines(out.resolve("skipped.csv")))
                .hasSize(5)
                .startsWith("file,seconds_read,reason")
                .anyMatch(line -> line.startsWith("damaged.wav,3.000,\"read up to 3.000 s, "))
                .anyMatch(line -> line.startsWith("zero.wav,0.000,the file is empty"));
        List<Annotation> kept = read(out.resolve("events.csv")).stream()
                .filter(a -> a.file().equals("damaged.wav"))
                .toList();
        assertThat(kept).isNotEmpty().allMatch(a -> a.offset() <= 3);
        assertThat(out.resolve("raven/text.selections.txt")).doesNotExist();
        // Times in the combined table run on by the lengths that a viewer sees: 0 s of the text file, 10 ms of the
        // short one, 5 s of the damaged one.
        String last = Files.readAllLines(out.resolve("raven-combined.txt")).getLast();
        String[] cells = last.split("\t");
        assertThat(cells[9]).endsWith("damaged.wav");
        assertThat(Double.parseDouble(cells[3]) - Double.parseDouble(cells[10])).isCloseTo(1 + 0.01 + 2, within(1e-6));
        detect(out, bad, "--format", "csv,raven")
                .prints("0 read now, 3 already there), 3 skipped", "damaged damaged.wav");
        Ran strict = detect(folder.resolve("strict"), bad, "--strict").endsWith(ExitCode.INPUT);
        assertThat(strict.err()).contains("10ms.wav").contains("without --strict");
    }

    @Test
    void parquetIsThereOnceAllRecordingsAre() throws IOException {
        Path some = Files.createDirectories(folder.resolve("some"));
        Files.copy(recordings.resolve("0.wav"), some.resolve("0.wav"));
        Files.writeString(some.resolve("bad.wav"), "no sound");
        Path out = folder.resolve("some-events");
        detect(out, some, "--format", "csv,parquet", "--strict").endsWith(ExitCode.INPUT);
        try (Stream<Path> files = Files.list(out)) {
            assertThat(files.map(f -> f.getFileName().toString()))
                    .contains("events.csv")
                    .noneMatch(name -> name.startsWith("events.parquet"));
        }
        detect(out, some, "--format", "csv,parquet").endsWith(ExitCode.OK);
        assertThat(read(out.resolve("events.parquet")))
                .hasSameSizeAs(read(out.resolve("events.csv")))
                .isNotEmpty();
    }

    @Test
    void namesFromOutsideAreCleaned() throws IOException {
        Path hostile = folder.resolve("hostile");
        Files.createDirectories(hostile);
        String name = "=cmd\t\n\u202Egnp,\"x\"";
        Wav.write(hostile.resolve(name + ".wav"), DetectFixture.scene(8, 2), 16_000);
        Wav.write(hostile.resolve("same.wav"), DetectFixture.scene(8, 2), 16_000);
        Files.copy(hostile.resolve("same.wav"), hostile.resolve("SAME.WAVE"));
        Path out = folder.resolve("hostile-events");
        Ran ran = detect(out, hostile, "--format", ALL).endsWith(ExitCode.OK);
        assertThat(ran.err() + ran.out()).doesNotContain("\u202E").doesNotContain("\t");
        try (Stream<Path> files = Files.walk(out)) {
            assertThat(files.map(f -> out.relativize(f).toString()))
                    .contains("raven/same.wav.selections.txt", "raven/SAME.WAVE.selections.txt")
                    .contains("audacity/=cmd___gnp,_x_.txt");
        }
        for (String table : List.of("events.csv", "BirdNET_CombinedTable.csv", "raven-combined.txt", "events.jsonl")) {
            String text = Files.readString(out.resolve(table));
            assertThat(text).as(table).doesNotContain("\u202E").contains("=cmd");
            assertThat(text.lines().count())
                    .as(table)
                    .isEqualTo(
                            Files.readString(out.resolve("events.csv")).lines().count()
                                    - (table.endsWith("jsonl") ? 1 : 0));
        }
        assertThat(read(out.resolve("events.csv")).getFirst().file()).startsWith("=cmd");
        assertThat(read(out.resolve("events.parquet")).getFirst().file()).isEqualTo(name + ".wav");
    }

    @Test
    void optionsThatDoNotFitAreNamed() throws IOException {
        Path out = folder.resolve("options");
        detect(out, recordings, "--classes", "cow,sirens").fails(ExitCode.USAGE, "no class 'cow' (--classes)");
        detect(out, recordings, "--classes", ",").fails(ExitCode.USAGE, "--classes names no class");
        Path table = Files.writeString(folder.resolve("thresholds.csv"), "class,threshold\nsirem,0.3\n");
        detect(out, recordings, "--threshold", table)
                .fails(ExitCode.USAGE, "no class 'sirem' (--threshold)", "did you mean 'siren'?");
        detect(out, recordings, "--threshold", 1.5).fails(ExitCode.USAGE, "below 1");
        detect(out, recordings, "--low", 0.6).fails(ExitCode.USAGE, "the low threshold 0.6 exceeds the threshold 0.4");
        detect(out, recordings, "--median", "4rows").fails(ExitCode.USAGE, "odd number of rows");
        detect(out, recordings, "--format", "kaleidoscope").fails(ExitCode.USAGE, "kaleidoscope");
        detect(out, Files.createDirectories(folder.resolve("empty"))).fails(ExitCode.INPUT, "no audio in");
        assertThat(out).doesNotExist();
        Ran dry = detect(out, recordings, "--dry-run").endsWith(ExitCode.OK);
        assertThat(dry.out()).contains("5 recordings; nothing was written");
        assertThat(out).doesNotExist();
    }

    @Test
    void thresholdsByClassAndChosenClasses() throws IOException {
        List<Annotation> all = read(events.resolve("events.csv"));
        String name = all.getFirst().label();
        Path table = Files.writeString(folder.resolve("one.csv"), "class,threshold\n" + name + ",0.999\n");
        Path out = folder.resolve("by-class");
        Ran ran = Ran.ok(
                "detect --probe {} --audio {} --out {} --threshold {} --classes {} --format {}",
                protobin,
                recordings,
                out,
                table,
                name,
                ALL);
        assertThat(ran.err()).contains("1 of 10 classes").contains("thresholds: 1 as given");
        assertThat(ran.out()).contains("0 events in 5 recordings");
        assertThat(Files.readString(out.resolve("events.csv")))
                .isEqualTo("file,start,end,label,score,low,high,begin_datetime,end_datetime,site,latitude,longitude\n");
        assertThat(Files.readString(out.resolve("events.jsonl"))).isEmpty();
        assertThat(Files.readAllLines(out.resolve("raven/0.selections.txt"))).hasSize(1);
        assertThat(Files.size(out.resolve("audacity/0.txt"))).isZero();

        Path chosen = folder.resolve("chosen");
        detect(chosen, recordings, "--classes", name).endsWith(ExitCode.OK);
        assertThat(read(chosen.resolve("events.csv")))
                .isEqualTo(all.stream().filter(a -> a.label().equals(name)).toList());
    }

    @Test
    void whatAProbeLearnedOnValidationClipsDecides() throws IOException {
        Path taught = DetectFixture.probe(folder, "protobin", folder.resolve("run-taught"), "--val-share", 0.3);
        Path out = folder.resolve("taught");
        Ran ran = Ran.ok("detect", "--probe", taught, "--audio", recordings, "--out", out);
        assertThat(ran.err())
                .contains(" learned (precision 0.6, learned on stretches of 1.0 s in ")
                .contains("scores are probabilities that a clip of ");
        TrainedProbe probe = TrainedProbe.open(taught.resolve("probe-seed0.safetensors"));
        for (Annotation a : read(out.resolve("events.csv"))) {
            int c = probe.classes().indexOf(a.label());
            assertThat(a.score()).isGreaterThan(probe.eventDecisions().calibratedThreshold(c) - 1e-4);
        }
        JsonNode settings = Json.read(out.resolve("run.json")).at("/results/settings");
        int known = IntStream.range(0, 10)
                .filter(c -> !probe.eventDecisions().classes().get(c).isOff())
                .findFirst()
                .orElseThrow();
        assertThat(settings.get("threshold of class '" + probe.classes().get(known) + "'")
                        .asText())
                .isEqualTo(Double.toString(probe.eventDecisions().calibratedThreshold(known)));
        Ran given = run(
                        taught,
                        folder.resolve("taught-given"),
                        recordings,
                        "--classes",
                        probe.classes().get(known))
                .endsWith(ExitCode.OK);
        assertThat(given.err()).contains("thresholds: as given; scores are probabilities");
    }

    @Test
    void aPackedProbeFindsTheSameEvents() throws IOException {
        Path packed = folder.resolve("packed.safetensors");
        Ran.ok("pack", "-q", "--probe", protobin, "--out", packed);
        Path out = folder.resolve("packed");
        run(packed, out, recordings, "--encoder", "embedded").endsWith(ExitCode.OK);
        assertThat(out.resolve("events.csv")).hasSameBinaryContentAs(events.resolve("events.csv"));
    }

    @Test
    void partsOfRecordingsHaveTheTimesOfTheFile() throws IOException {
        Path list = Files.writeString(
                folder.resolve("parts.csv"),
                "file,start,end\nsub/long.wav,3,6\nsub/long.wav,6,9\n0.wav,,\nsub/long.wav,20,22\n");
        Path out = folder.resolve("parts");
        Ran ran =
                run(protobin, out, list, "--root", recordings, "--format", ALL).endsWith(ExitCode.OK);
        assertThat(ran.out())
                .contains("3 read now")
                .contains("skipped sub/long.wav#20-22: the part begins at 20.0 s, but the recording ends at 9.0 s");
        List<Annotation> all = read(out.resolve("events.csv"));
        assertThat(all.stream().filter(a -> a.file().equals("sub/long.wav")))
                .isNotEmpty()
                .allMatch(a -> a.onset() >= 3 && a.offset() <= 9);
        assertThat(out.resolve("raven/sub/long.wav#3-6.selections.txt")).exists();
        String[] last =
                Files.readAllLines(out.resolve("raven-combined.txt")).getLast().split("\t");
        assertThat(last[9]).endsWith("0.wav");
        assertThat(Double.parseDouble(last[3]) - Double.parseDouble(last[10])).isCloseTo(9, within(1e-6));
        run(protobin, out, list, "--root", recordings, "--format", ALL).prints("0 read now, 3 already there");
    }
}
