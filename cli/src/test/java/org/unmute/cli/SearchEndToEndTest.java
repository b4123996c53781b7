package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.audio.Wav;
import org.unmute.audio.place.RecordedTime;
import org.unmute.cli.console.ExitCode;
import org.unmute.data.provenance.FolderManifest;
import org.unmute.data.verdict.Answer;
import org.unmute.data.verdict.Draw;
import org.unmute.data.verdict.ReviewedEvent;
import org.unmute.data.verdict.Verdict;
import org.unmute.data.verdict.VerdictJournal;
import org.unmute.events.detection.DetectionState;

/** {@code search} on recordings of noise with chirps at known places. */
class SearchEndToEndTest {
    private static final int RATE = 16_000;
    private static final double[] CHIRPS = {1.5, 3.2, 0.8, 4.1};

    @TempDir
    static Path folder;

    private static Path audio;
    private static Path cache;

    @BeforeAll
    static void embed() throws IOException {
        audio = Files.createDirectory(folder.resolve("audio"));
        for (int i = 0; i < CHIRPS.length; i++) {
            Wav.write(audio.resolve(i + ".wav"), sound(i, CHIRPS[i]), RATE);
        }
        FieldFixture.guano(
                audio.resolve("1.wav"),
                "Timestamp: 2024-03-31T01:59:57+01:00\nLoc Position: 52.5 13.4\nWA|Song Meter|Prefix: POND\n");
        FieldFixture.guano(audio.resolve("2.wav"), "Timestamp: 2024-02-31T01:59:57+01:00\n");
        Wav.write(audio.resolve("without.wav"), sound(9, -9), RATE);
        cache = folder.resolve("cache");
        Ran.ok("embed", "-q", "--audio", audio, "--out", cache);
    }

    /** Six seconds of noise, and for half a second from {@code at} on a chirp from 2 to 4 kHz. */
    private static float[] sound(int seed, double at) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] x = new float[6 * RATE];
        double phase = 0;
        for (int i = 0; i < x.length; i++) {
            double t = (double) i / RATE - at;
            x[i] = (float) (0.01 * random.nextGaussian());
            if (t >= 0 && t < 0.5) {
                phase += 2 * Math.PI * (2000 + 4000 * t) / RATE;
                x[i] += (float) (0.4 * Math.sin(phase));
            }
        }
        return x;
    }

    private static Ran search(String out, Object... more) {
        return Ran.unmute(Ran.with(new Object[] {"search", "--cache", cache, "--out", folder.resolve(out)}, more));
    }

    /** A flipped bit in the head or in a vector is found, and the advice is to delete the file. */
    private static void assertVectorsAreChecked() throws IOException {
        Path file = cache.resolve("pooled-1s.vectors");
        byte[] intact = Files.readAllBytes(file);
        for (int at : new int[] {30, intact.length - 20}) {
            byte[] damaged = intact.clone();
            damaged[at] ^= 1;
            Files.write(file, damaged);
            assertThat(Ran.unmute("fsck", cache).endsWith(ExitCode.FAILED).out())
                    .contains("damaged: " + file)
                    .contains("delete it");
        }
        Files.write(file, intact);
        Ran.ok("fsck", cache);
    }

    /** Without its manifest, nothing says that the index is the one that was written. */
    @Test
    void anIndexWithoutItsManifestIsNoticed() throws IOException {
        for (String name : List.of("other.vectors", "other.idx")) {
            Path index = Files.createDirectories(folder.resolve("indexes")).resolve(name);
            Object[] line = {"--like", "1.wav", "--index", index};
            search("with-" + name, line).endsWith(ExitCode.OK);
            byte[] intact = Files.readAllBytes(index);
            Path manifest = FolderManifest.beside(index);
            assertThat(search("with-" + name, line).endsWith(ExitCode.OK).err()).doesNotContain("pooling the tokens");
            Files.delete(manifest);
            assertThat(Ran.unmute("fsck", index.getParent())
                            .endsWith(ExitCode.FAILED)
                            .out())
                    .contains("damaged: " + index)
                    .contains("its manifest " + manifest.getFileName() + " is missing")
                    .contains("delete " + index + ": the next search makes it again");
            assertThat(search("with-" + name, line).endsWith(ExitCode.OK).err())
                    .contains(manifest + " is missing")
                    .contains("pooling the tokens");
            assertThat(index).hasBinaryContent(intact);
            Ran.ok("fsck", index.getParent());
        }
    }

    @Test
    void aBoxFindsTheSameChirpElsewhere() throws IOException {
        Object[] line = {"--like", "0.wav@1.5-2.0@1800-4000", "--top", 3, "--format", "csv,jsonl,raven", "--json", "-q"
        };
        JsonNode found = search("boxes", line).endsWith(ExitCode.OK).json();
        assertThat(found.path("searched").asText()).contains("candidates");
        assertThat(found.path("moments")).hasSize(3);
        for (JsonNode moment : found.path("moments")) {
            int which = moment.path("file").asText().charAt(0) - '0';
            assertThat(which).isBetween(1, 3);
            assertThat(moment.path("start").asDouble()).isBetween(CHIRPS[which] - 0.4, CHIRPS[which] + 0.4);
            assertThat(moment.path("low").asDouble()).isBetween(1000.0, 2500.0);
        }
        Path out = folder.resolve("boxes");
        assertThat(Files.readAllLines(out.resolve("events.csv"))).hasSize(4);
        assertThat(Files.readString(out.resolve("raven-combined.txt")))
                .contains(audio.resolve("1.wav").toString());
        assertThat(Files.readAllLines(out.resolve("raven/3.selections.txt"))).hasSize(2);
        assertPlaced(out);
        Ran.ok("fsck", out);
        Ran.ok("fsck", cache);
        assertVectorsAreChecked();
        // The same search again changes nothing; another one needs another folder.
        byte[] journal = Files.readAllBytes(out.resolve(".detect/events.log"));
        assertThat(search("boxes", line)
                        .endsWith(ExitCode.OK)
                        .json()
                        .path("alreadyPresent")
                        .asInt())
                .isEqualTo(3);
        assertThat(search("boxes", Ran.with(line, "--site-from", "name"))
                        .endsWith(ExitCode.OK)
                        .err())
                .isEmpty();
        assertThat(Files.readString(out.resolve("raven/1.selections.txt"))).doesNotContain("POND");
        assertThat(Files.readAllBytes(out.resolve(".detect/events.log"))).isEqualTo(journal);
        Ran.unmute("summarize", out, "--out", folder.resolve("summary"))
                .fails(ExitCode.INPUT, "is of 'unmute search', which does not say which recordings were listened to");
        search("boxes", "--like", "1.wav", "-q").fails(ExitCode.INPUT, "like was 0.wav@1.5-2@1800-4000, now is 1.wav");
    }

    /** Each moment has its recording's date and place in the tables of every form, as events of detect have. */
    private static void assertPlaced(Path out) throws IOException {
        RecordedTime begun = RecordedTime.parse("2024-03-31T01:59:57+01:00");
        String row = Files.readAllLines(out.resolve("events.csv")).stream()
                .filter(line -> line.startsWith("1.wav,"))
                .findFirst()
                .orElseThrow();
        String[] cells = row.split(",");
        String begin = begun.plus(Double.parseDouble(cells[1])).iso();
        String end = begun.plus(Double.parseDouble(cells[2])).iso();
        assertThat(row).endsWith(String.join(",", begin, end, "POND", "52.500000", "13.400000"));
        assertThat(Files.readString(out.resolve("events.jsonl")))
                .contains("\"" + begin + "\"", "\"" + end + "\"", "\"POND\"");
        assertThat(Files.readString(out.resolve("raven/1.selections.txt")))
                .contains(String.join("\t", begin, end, "POND", "52.500000", "13.400000"));
        assertThat(Files.readString(out.resolve("events.csv"))).containsPattern("(?m)^3.wav,.*,,,,,$");
    }

    @Test
    void examplesMayBeOutsideTheCacheAndInTables() throws IOException {
        Path elsewhere = folder.resolve("elsewhere.wav");
        Wav.write(elsewhere, sound(20, 2.5), RATE);
        Path table = Files.writeString(
                folder.resolve("examples.csv"),
                "file,start,end,label,low,high\n" + elsewhere + ",2.5,3.0,chirp,1800,4000\n");
        JsonNode found = search("table", "--like", table, "--top", 4, "--candidates", 0, "--json", "-q")
                .endsWith(ExitCode.OK)
                .json();
        assertThat(found.path("searched").asText()).startsWith("exact within 5 recordings (");
        for (JsonNode moment : found.path("moments")) {
            assertThat(moment.path("file").asText()).isNotEqualTo("without.wav");
        }
    }

    /** Raven's table of a recording that the cache does not hold names it by the table's own name. */
    @Test
    void aTableFindsTheRecordingBesideIt() throws IOException {
        Path field = Files.createDirectory(folder.resolve("field"));
        Wav.write(field.resolve("dawn.wav"), sound(20, 2.5), RATE);
        Path table = Files.writeString(
                field.resolve("dawn.Table.1.selections.txt"),
                "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\tAnnotation\n"
                        + "1\tSpectrogram 1\t1\t2.5\t3.0\t1800\t4000\tchirp\n");
        Ran ran = search("beside", "--like", table, "--top", 60).endsWith(ExitCode.OK);
        assertThat(ran.out()).contains("fewer than --top 60: of all stretches that begin within");
        String moments = Files.readString(folder.resolve("beside/events.csv"));
        for (int i = 0; i < CHIRPS.length; i++) {
            assertThat(moments).contains(i + ".wav");
        }
        Files.writeString(field.resolve("dawn.flac"), "not read");
        search("two", "--like", table, "-q").fails(ExitCode.INPUT, "'dawn' could be any of 'dawn.flac', 'dawn.wav'");
        Files.move(table, folder.resolve("dusk.selections.txt"));
        search("none", "--like", folder.resolve("dusk.selections.txt"), "-q")
                .fails(ExitCode.INPUT, "example dusk@2.5-3@1800-4000: there is no such recording in the cache");
    }

    @Test
    void pooledSearchKeepsToItsRecordingsAndAvoids() {
        String out = search(
                        "pooled", "--like", "0.wav@1-3", "--unlike", "0.wav@4-5", "--in", "1.wav,without", "--top", 50)
                .endsWith(ExitCode.OK)
                .out();
        assertThat(out)
                .contains("exact within 2 recordings (", "by vectors of 1 s", "without.wav")
                .doesNotContain("2.wav");
    }

    @Test
    void evalSaysHowWellClipsFindTheirLike() throws IOException {
        Path labels = Files.writeString(
                folder.resolve("labels.csv"),
                "file,label\n0.wav,chirp\n1.wav,chirp\n2.wav,chirp\n3.wav,chirp\nwithout.wav,noise\n");
        Object[] line = {"eval", "--retrieval", "--cache", cache, "--labels", labels, "--split", "all", "--at", 3};
        JsonNode scores = Ran.ok(Ran.with(line, "--json", "-q")).json().path("retrieval");
        assertThat(scores.path("queries").asInt()).isEqualTo(4);
        // Of four others three are relevant: at worst the other one comes first.
        assertThat(scores.path("meanAveragePrecision").asDouble()).isBetween((1 / 2.0 + 2 / 3.0 + 3 / 4.0) / 3, 1.0);
        assertThat(scores.path("precisionAtK").asDouble()).isBetween(0.66, 1.0);
        assertThat(Ran.ok(line).out()).contains("precision at 3");
    }

    @Test
    void whatIsNotThereIsNamed() {
        search("none", "--like", "none.wav", "-q")
                .fails(ExitCode.INPUT, "example none.wav: there is no such recording in the cache (5 recordings)");
        search("none", "--like", "0.wav@90-95", "-q").fails(ExitCode.INPUT, "no tokens of that stretch");
        search("none", "--like", "0.wav@1-2@9000-9500", "-q")
                .fails(ExitCode.INPUT, "outside of what the encoder hears");
        search("none", "--like", "0.wav@2-1", "-q").fails(ExitCode.USAGE, "the end is not after the start");
        search("none", "--like", "0.wav", "--format", "csv,camtrapdp", "-q")
                .fails(ExitCode.USAGE, "--format camtrapdp is of 'detect'");
    }

    @Test
    void recordingsThatAreAddedAreFoundUntilAListenerHasJudged() throws IOException {
        Path growing = Files.createDirectory(folder.resolve("growing"));
        Path table = Files.writeString(folder.resolve("growing.csv"), "file,start,end,label\na.wav,2,2.5,whistle\n");
        Path out = folder.resolve("grown");
        Object[] find = {"find", table, "--audio", growing, "--out", out, "--no-review", "-q"};
        Path events = out.resolve("events/events.csv");
        for (String name : List.of("a.wav", "c.wav", "b.wav")) {
            Wav.write(growing.resolve(name), sound(name.charAt(0), 2), RATE);
            Ran.unmute(find).endsWith(ExitCode.OK);
        }
        String found = Files.readString(events);
        assertThat(found).contains("\na.wav,", "\nb.wav,", "\nc.wav,");
        try (VerdictJournal journal = VerdictJournal.open(events.getParent())) {
            journal.add(new Verdict(
                    new ReviewedEvent("c.wav", 2, 3, "whistle", 2000, 4000, 0.5, 2.5),
                    Answer.YES,
                    "",
                    null,
                    Draw.notRandom(Draw.Kind.DOUBTFUL, 0.25, ""),
                    0,
                    Instant.EPOCH));
        }
        Ran.unmute(find).endsWith(ExitCode.OK);
        Wav.write(growing.resolve("d.wav"), sound(4, 2), RATE);
        assertThat(Ran.unmute(find).endsWith(ExitCode.INPUT).err())
                .contains("holds verdicts on events that were found with other settings: tokens was ")
                .contains("name another folder; 'unmute probe --verdicts " + events.getParent() + "' takes these");
        assertThat(events).hasContent(found);
    }

    @Test
    void forceReplacesAnotherSearchWithItsTablesButNoDetection() throws IOException {
        Object[] first = {"--like", "0.wav@1.5-2.0", "--top", 20, "--format", "csv,raven", "-q"};
        search("replaced", first).endsWith(ExitCode.OK);
        Path found = folder.resolve("replaced");
        Object[] second = {"--like", "0.wav@1.5-2.0", "--in", "1.wav", "--top", 2, "--format", "csv", "-q"};
        assertThat(search("replaced", second).endsWith(ExitCode.INPUT).err())
                .contains("replaced holds events that were found with other settings: ");
        search("replaced", Ran.with(second, "--force")).endsWith(ExitCode.OK);
        assertThat(Files.readAllLines(found.resolve("events.csv")).stream().skip(1))
                .isNotEmpty()
                .allMatch(row -> row.startsWith("1.wav,"));
        assertThat(found.resolve("raven")).isEmptyDirectory();
        assertThat(found.resolve("raven-combined.txt")).doesNotExist();
        Ran.unmute("fsck", "-q", found).endsWith(ExitCode.OK);
        Path settings = found.resolve(DetectionState.FOLDER).resolve("settings.json");
        Files.writeString(settings, Files.readString(settings).replace("\"search\"", "\"detect\""));
        assertThat(search("replaced", Ran.with(first, "--force"))
                        .endsWith(ExitCode.INPUT)
                        .err())
                .contains("other settings: command was detect, now is search");
    }
}
