package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.audio.Wav;
import org.unmute.cli.console.ExitCode;
import org.unmute.data.TextTable;
import org.unmute.data.provenance.Json;
import org.unmute.probes.decision.EventDecisions;
import org.unmute.probes.decision.EventThresholdRule;
import org.unmute.probes.pool.TrainedProbe;

/** Event thresholds that {@code probe} learns on validation clips and background, and {@code detect} applies. */
class EventDecisionsEndToEndTest {
    @TempDir
    static Path folder;

    private static Path recordings;
    private static Path background;
    private static Path run;
    private static Ran trained;

    @BeforeAll
    static void prepare() throws IOException {
        recordings = DetectFixture.recordings(folder.resolve("recordings"), 4);
        background = Files.createDirectories(folder.resolve("quiet"));
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 4; i++) {
            float[] noise = new float[40 * 16_000];
            for (int k = 0; k < noise.length; k++) {
                noise[k] = 0.05f * (float) random.nextGaussian();
            }
            Wav.write(background.resolve(i + ".wav"), noise, 16_000);
        }
        DetectFixture.probes(folder);
        run = folder.resolve("run");
        trained = probe(run, "--background", background, "--per-class");
    }

    private static Ran probe(Path out, Object... more) {
        return Ran.ok(Ran.with(
                Ran.line(
                        "probe --probe protobin --epochs 15 --val-share 0.3 --cache {} --labels {} --out {}",
                        folder.resolve("cache"),
                        folder.resolve("clips/manifest.csv"),
                        out),
                more));
    }

    private static EventDecisions decisions(Path of) throws IOException {
        return TrainedProbe.open(of.resolve("probe-seed0.safetensors")).eventDecisions();
    }

    private static Ran detect(String out, Object... more) {
        return Ran.unmute(Ran.with(
                new Object[] {"detect", "--probe", run, "--audio", recordings, "--out", folder.resolve(out)}, more));
    }

    @Test
    void backgroundTrainsAndTellsAlarms() throws IOException {
        EventDecisions learned = decisions(run);
        assertThat(learned.learned().rule()).isEqualTo(EventThresholdRule.ONE_ALARM);
        // Two of the four recordings, 40 s each, are held out.
        assertThat(learned.learned().backgroundHours()).isBetween(80 / 3600.0 - 1e-4, 80 / 3600.0 + 1e-4);
        assertThat(learned.classes()).hasSize(10).allMatch(c -> !c.isShown() && c.backgroundAlarms() == 0);
        assertThat(trained.out())
                .contains("false alarms an hour of background, all classes together", "alarms/h, background")
                .contains("0.02 h of background without an alarm show no less than 135 an hour");
        JsonNode seed = Json.read(run.resolve("run.json")).at("/results/runs/seed 0");
        assertThat(seed.path("backgroundClips").asInt()).isEqualTo(80);
        assertThat(seed.at("/events/classes").size()).isEqualTo(10);
        assertThat(seed.at("/events/backgroundHours").asDouble())
                .isEqualTo(learned.learned().backgroundHours());
    }

    /**
     * The mined stretches are written to a table that can be used as a list of clips; all are from training recordings.
     */
    @Test
    void whatWasMinedIsListed() throws IOException {
        int[] rows = {0};
        try (TextTable table = TextTable.open(run.resolve("mined-seed0.csv"))) {
            table.forEach(row -> {
                rows[0]++;
                assertThat(row.text("file")).isIn("0.wav", "2.wav");
                assertThat(Double.parseDouble(row.text("end")) - Double.parseDouble(row.text("start")))
                        .isEqualTo(1);
            });
        }
        // 80 clips of 1 s, 64 of which were drawn at random.
        assertThat(rows[0]).isEqualTo(16);
        Ran.ok(
                "embed --dry-run --audio {} --root {} --out {}",
                run.resolve("mined-seed0.csv"),
                background,
                folder.resolve("heard"));
    }

    @Test
    void detectTakesTheThresholdsAtTheirContext() throws IOException {
        Ran ran = detect("events").endsWith(ExitCode.OK);
        EventDecisions learned = decisions(run);
        long off = learned.classes().stream()
                .filter(EventDecisions.OneClass::isOff)
                .count();
        assertThat(ran.err())
                .contains("thresholds: " + (10 - off) + " learned (at most 1 alarm an hour and class, learned on")
                .contains("scores are probabilities that a clip of 1");
        JsonNode results = Json.read(folder.resolve("events/run.json")).path("results");
        assertThat(results.at("/decisions/rule").asText()).isEqualTo("alarms=1/h");
        List<String> names =
                TrainedProbe.open(run.resolve("probe-seed0.safetensors")).classes();
        for (int c = 0; c < 10; c++) {
            assertThat(results.path("settings")
                            .path("threshold of class '" + names.get(c) + "'")
                            .asText())
                    .isEqualTo(
                            learned.classes().get(c).isOff()
                                    ? "not looked for"
                                    : Double.toString(learned.calibratedThreshold(c)));
        }
    }

    @Test
    void theTableAndThePageShowWhatWasLearned() throws IOException {
        Ran ran = detect("shown", "--page", "--threshold", "0").endsWith(ExitCode.OK);
        assertThat(ran.out()).contains("clips (recordings)").contains("found").contains("alarms/h");
        // At a threshold of 0 every class is active all the time.
        assertThat(ran.err()).contains("active more than half of the time, which a wrong threshold does: ");
        assertThat(Files.readString(folder.resolve("shown/events.html")))
                .contains("Found in validation", "Alarms an hour");
        assertThat(Ran.ok("fsck", run).out()).contains("Nothing is damaged or unfinished");
    }

    @Test
    void eventsThatMayAllBeFalseAlarmsComeFirst() throws IOException {
        // At a threshold of 0 each class has one event. Without an alarm in 80 s, 1.8 are possible in these 40 s.
        Path out = folder.resolve("doubtful");
        Path noise = background.resolve("0.wav");
        Ran ran = Ran.ok("detect", "--probe", run, "--audio", noise, "--out", out, "--threshold", 0, "--page");
        assertThat(ran.out().lines().findFirst().orElseThrow())
                .startsWith("these events may all be false alarms, as far as validation tells (95 %): ")
                .contains("(1 event, up to 166 alarms an hour in 0.0111 h), ", "and 2 more classes", "unmute review");
        assertThat(Json.read(out.resolve("run.json")).at("/results/detected/maybeAllFalse"))
                .hasSize(10);
        assertThat(Files.readString(out.resolve("events.html"))).contains("Note: these events may all be false alarms");
    }

    @Test
    void thresholdsOfAnotherContextAreRefusedUnlessTold() throws IOException {
        detect("other", "--context", "0.5")
                .fails(
                        ExitCode.USAGE,
                        "--context 0.5: the thresholds of this probe were learned on stretches of 1.0 s",
                        "unmute probe",
                        "--threshold learned");
        assertThat(folder.resolve("other")).doesNotExist();
        detect("told", "--context", "0.5", "--threshold", "learned").endsWith(ExitCode.OK);
        detect("number", "--context", "0.5", "--threshold", "0.7").endsWith(ExitCode.OK);
    }

    /** Running the same command with another context does not repeat the training. */
    @Test
    void anotherContextIsLearnedInSeconds() throws IOException {
        Path again = folder.resolve("again");
        probe(again);
        byte[] checkpoint = Files.readAllBytes(again.resolve("checkpoint-seed0.safetensors"));
        EventDecisions before = decisions(again);
        assertThat(before.learned().rule().toString()).isEqualTo("precision=0.6");
        assertThat(before.learned().backgroundHours()).isZero();
        Ran ran = probe(again, "--context", "0.5", "--event-thresholds", "recall=0.9");
        assertThat(Files.readAllBytes(again.resolve("checkpoint-seed0.safetensors")))
                .isEqualTo(checkpoint);
        EventDecisions after = decisions(again);
        assertThat(after.stretches().context()).isEqualTo(0.5);
        assertThat(after.learned().rule().toString()).isEqualTo("recall=0.9");
        assertThat(ran.out()).contains("(recall=0.9): stretches of 0.5 s");
        probe(again, "--event-thresholds", "none");
        assertThat(decisions(again)).isNull();
    }

    @Test
    void wrongOptionsAreRefusedBeforeAnythingIsRead() {
        for (String[] wrong : new String[][] {
            {"--event-thresholds", "alarms=0/h", "above 0"},
            {"--event-thresholds", "best", "give half, f1, precision=X or recall=X"},
            {"--events-per-hour", "-1", "--events-per-hour must be above 0"},
            {"--background", background.toString(), "--loss", "ce", "a clip has exactly one"},
        }) {
            Object[] args = Ran.line(
                    "probe --probe protobin --cache {} --labels {} --out {} {} {}",
                    folder.resolve("cache"),
                    folder.resolve("clips/manifest.csv"),
                    folder.resolve("refused"),
                    wrong[0],
                    wrong[1]);
            Ran ran = wrong.length == 3 ? Ran.unmute(args) : Ran.unmute(Ran.with(args, wrong[2], wrong[3]));
            ran.fails(ExitCode.USAGE, wrong[wrong.length - 1]);
        }
    }

    @Test
    void tooLittleBackgroundIsAnError() throws IOException {
        Path one = Files.createDirectories(folder.resolve("one"));
        Wav.write(one.resolve("a.wav"), new float[16_000], 16_000);
        Ran.unmute(
                        "probe --probe protobin --cache {} --labels {} --out {} --background {}",
                        folder.resolve("cache"),
                        folder.resolve("clips/manifest.csv"),
                        folder.resolve("little"),
                        one)
                .fails(
                        ExitCode.INPUT,
                        "--background " + one,
                        "too few to train with one part and to count alarms in the other");
    }
}
