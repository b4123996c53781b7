package org.unmute.cli.review;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.data.provenance.RunRecord;
import org.unmute.data.verdict.Answer;
import org.unmute.data.verdict.Draw;
import org.unmute.data.verdict.Verdict;
import org.unmute.data.verdict.VerdictLog;
import org.unmute.events.review.ListedEvents;
import org.unmute.events.review.ReviewComparison;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.CacheKey;
import org.unmute.probes.cache.CacheOptions;
import org.unmute.probes.cache.TokenCacheWriter;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.io.SafetensorsWriter;

/** Learning from verdicts in the page. */
class LearningTest {
    private static final String TABLE = "file,onset,offset,label,score\na.wav,1,2,wren,0.9\na.wav,5,6,wren,0.6\n";

    @TempDir
    Path folder;

    private static VerdictLog log(ListedEvents list) {
        Draw draw = Draw.notRandom(Draw.Kind.DOUBTFUL, Double.NaN, list.digest());
        return new VerdictLog(
                Map.of(1L, new Verdict(list.events().getLast(), Answer.NO, "", null, draw, 1, Instant.EPOCH)), 0);
    }

    /** A folder with a table of events and the record of how they were found. */
    private ListedEvents found(Path events, Path run, List<String> training) throws IOException {
        Files.createDirectories(run);
        Files.createDirectories(events);
        Files.writeString(events.resolve("events.csv"), TABLE);
        new RunRecord(training).write(run);
        new RunRecord(List.of("unmute", "detect", "-q", "--probe", run.toString(), "--audio", "a", "--out", "old"))
                .write(events);
        return ListedEvents.read(events.resolve("events.csv"), Double.NaN);
    }

    @Test
    void repeatsTheCommandsOfTheEventsWithTheVerdicts() throws IOException {
        Path run = folder.resolve("run");
        Path events = folder.resolve("events");
        ListedEvents list = found(
                events, run, List.of("unmute", "probe", "--cache", "c", "--out", "run", "--seed", "3", "--quiet"));
        List<List<String>> commands = new ArrayList<>();
        List<String> progress = new ArrayList<>();
        RunLearner learner = RunLearner.of(list, events, Path.of("tokens"), (out, err, args) -> {
                    commands.add(args);
                    err.println("half");
                    if (args.getFirst().equals("detect")) {
                        Path to = Path.of(args.getLast());
                        try {
                            Files.createDirectories(to);
                            Files.writeString(
                                    to.resolve("events.csv"),
                                    TABLE.replace("5,6,", "8,9,").replace("0.6", "0.7"));
                        } catch (IOException e) {
                            return 1;
                        }
                    }
                    return 0;
                })
                .orElseThrow();
        Learner.Learned learned = learner.learn(true, log(list), progress::add);
        Path next = folder.resolve("run-learned-1");
        assertThat(String.join(" ", commands.getFirst()))
                .isEqualTo("probe --cache c --out " + next + " --seed 3 --verdicts " + events
                        + " --verdict-cache tokens --train-on-sample");
        assertThat(String.join(" ", commands.getLast()))
                .isEqualTo("detect --probe " + next + " --audio a --out " + next + "-events");
        assertThat(progress).contains("unmute probe: half");
        ReviewComparison.Change change = learned.changes().classes().get("wren");
        assertThat(change.gained()).extracting(e -> e.start()).containsExactly(8.0);
        assertThat(change.lostNo()).isEqualTo(1);
        assertThat(learner.commands().getFirst()).startsWith("unmute probe --cache c");
    }

    /** Where a cache of the training has a reviewed recording, no encoder runs. */
    @Test
    void eventsAreFoundInTheCacheOfReviewedRecordings() throws IOException {
        Path run = folder.resolve("run");
        Path events = folder.resolve("events");
        Path cache = folder.resolve("hours");
        Features tokens = new Features(new TokenMap(1, 1, 2, new float[2], null));
        CacheKey key = new CacheKey("encoder", "a", "front end", "b", DType.F16, 0);
        try (TokenCacheWriter writer = TokenCacheWriter.open(cache, key, CacheOptions.DEFAULT)) {
            writer.append("a.wav", "0".repeat(64), tokens);
        }
        ListedEvents list = found(events, run, List.of("unmute", "probe", "--cache", cache.toString(), "--out", "run"));
        assertThat(RunLearner.of(list, events, null, (out, err, args) -> 0)
                        .orElseThrow()
                        .commands()
                        .getLast())
                .endsWith(" --cache " + cache);
        assertThat(RunLearner.of(list, events, cache, (out, err, args) -> 0)
                        .orElseThrow()
                        .commands()
                        .getLast())
                .endsWith(" --cache " + cache);
        Path other = folder.resolve("other");
        try (TokenCacheWriter writer = TokenCacheWriter.open(other, key, CacheOptions.DEFAULT)) {
            writer.append("b.wav", "0".repeat(64), tokens);
        }
        Path second = folder.resolve("second");
        ListedEvents again =
                found(events, second, List.of("unmute", "probe", "--cache", other.toString(), "--out", "second"));
        assertThat(RunLearner.of(again, events, null, (out, err, args) -> 0)
                        .orElseThrow()
                        .commands()
                        .getLast())
                .doesNotContain("--cache");
    }

    @Test
    void aProbeNamedByItsFileIsFollowed() throws IOException {
        Path run = Files.createDirectories(folder.resolve("run"));
        Path probe = run.resolve("probe-seed3.safetensors");
        new SafetensorsWriter().add("w", Shape.of(1), new float[] {1}).write(probe);
        Path events = folder.resolve("events");
        ListedEvents list = found(events, run, List.of("unmute", "probe", "--out", "run"));
        new RunRecord(List.of("unmute", "detect", "--probe", probe.toString(), "--audio", "a", "--out", "old"))
                .write(events);
        RunLearner learner =
                RunLearner.of(list, events, null, (out, err, args) -> 0).orElseThrow();
        assertThat(learner.commands().getLast())
                .isEqualTo("unmute detect --probe " + folder.resolve("run-learned-1/probe-seed3.safetensors")
                        + " --audio a --out " + folder.resolve("run-learned-1-events"));
    }

    @Test
    void failuresAreTold() throws IOException {
        Path events = folder.resolve("events");
        ListedEvents list = found(events, folder.resolve("run"), List.of("unmute", "probe", "--out", "run"));
        RunLearner learner = RunLearner.of(list, events, null, (out, err, args) -> {
                    err.println("the cache is gone");
                    return 3;
                })
                .orElseThrow();
        assertThatThrownBy(() -> learner.learn(false, log(list), line -> {}))
                .hasMessage("unmute probe: the cache is gone");
        Files.delete(folder.resolve("run").resolve(RunRecord.FILE));
        assertThat(RunLearner.of(list, events, null, (out, err, args) -> 0)).isEmpty();
    }

    @Test
    void oneAtATime() throws Exception {
        ListedEvents list = found(folder.resolve("events"), folder.resolve("run"), List.of("unmute", "probe"));
        CountDownLatch wait = new CountDownLatch(1);
        Learner slow = new Learner() {
            @Override
            public List<String> commands() {
                return List.of();
            }

            @Override
            public Learned learn(boolean withSample, VerdictLog log, java.util.function.Consumer<String> progress)
                    throws IOException {
                progress.accept("half\u001B[2J");
                try {
                    wait.await(20, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                throw new IOException("no tokens");
            }
        };
        Learning learning = new Learning(slow, List.of(), bug -> {});
        assertThat(learning.state(log(list))).containsEntry("verdicts", 1L).containsEntry("running", false);
        learning.start(false, log(list));
        assertThatThrownBy(() -> learning.start(false, log(list))).hasMessage("it is learning already");
        wait.countDown();
        while (learning.isRunning()) {
            Thread.sleep(5);
        }
        assertThat(learning.state(log(list)))
                .containsEntry("failure", "no tokens")
                .containsEntry("progress", "half\uFFFD[2J");
    }
}
