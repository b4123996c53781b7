package org.unmute.benchmark.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.benchmark.StopSignal;
import org.unmute.benchmark.StoppedException;
import org.unmute.benchmark.search.FinishedTrial;
import org.unmute.benchmark.search.Range;
import org.unmute.benchmark.search.SearchSpace;
import org.unmute.benchmark.search.StudySettings;
import org.unmute.files.InputException;
import org.unmute.metrics.PrimaryMetric;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.train.Objective;
import org.unmute.probes.train.ProbeTrainer;
import org.unmute.probes.train.Scorer;
import org.unmute.probes.train.TrainingSettings;
import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.io.SafetensorsFile;
import org.unmute.tensor.io.SafetensorsWriter;

/** Cells from the first trial to the test: uninterrupted, stopped and killed. */
class CellRunTest {
    private static final CellId ID = new CellId("tiny", "planted", "probe");

    @TempDir
    Path folder;

    private final CoreShare cores = new CoreShare("scalar", 1);

    @AfterEach
    void close() {
        cores.close();
    }

    private CellResult run(String probe, CellData data, Path to, StopSignal stop, CellListener listener)
            throws IOException {
        return CellRun.run(ID, TinyCell.settings(probe, 3), data, to, TinyCell.context(cores, stop, listener));
    }

    private CellResult run(String probe, CellData data, Path to) throws IOException {
        return run(probe, data, to, StopSignal.never(), CellListener.SILENT);
    }

    @Test
    void theBestConfigurationOnValidationIsTestedWithEverySeed() throws IOException {
        CellResult result = run("protobin", TinyCell.multiLabel(), folder);
        assertThat(result.trials()).hasSize(5);
        assertThat(result.reruns()).hasSize(4);
        List<FinishedTrial> ranked = result.trials().stream()
                .filter(t -> !t.pruned())
                .sorted((a, b) -> Double.compare(b.value(), a.value()))
                .limit(2)
                .toList();
        double[] means = new double[2];
        for (Rerun r : result.reruns()) {
            assertThat(r.trial()).isEqualTo(ranked.get(r.rank()).number());
            assertThat(r.epochs()).hasSize(4);
            assertThat(r.validation()).isEqualTo(r.epochs().getLast().validation());
            means[r.rank()] += r.validation() / 2;
        }
        int winner = means[1] > means[0] ? 1 : 0;
        assertThat(result.best()).isEqualTo(ranked.get(winner));
        assertThat(result.mean(SeedResult::validation)).isCloseTo(means[winner], within(1e-15));
        assertThat(result.seeds()).extracting(SeedResult::seed).containsExactly(0L, 5L);
        for (SeedResult seed : result.seeds()) {
            TrainedProbe probe = TrainedProbe.load(
                    folder.resolve(seed.folder()).resolve("probe.safetensors"),
                    Backends.open("scalar", 1).backend());
            Fold fold = TinyCell.fold(0, false);
            float[][] scores = Scorer.rawScores(probe, fold.test().tokens(), 7);
            assertThat(PrimaryMetric.MAP.of(scores, PreparedFold.labels(fold.test())))
                    .isCloseTo(seed.test(), within(1e-12));
            assertThat(probe.standardization()).isNotNull();
            assertThat(probe.encoderHash()).isEqualTo("encoder");
        }
        double a = result.seeds().get(0).test();
        double b = result.seeds().get(1).test();
        assertThat(result.deviation(SeedResult::test)).isCloseTo(Math.abs(a - b) / Math.sqrt(2), within(1e-15));
        assertThat(folder.resolve("work")).doesNotExist();
    }

    @Test
    void aSeedsTrainingIsTheOneThatProbeWouldDo() throws IOException {
        CellResult result = run("mhca", TinyCell.multiLabel(), folder);
        Fold fold = TinyCell.fold(0, false);
        var backend = Backends.open("scalar", 1).backend();
        var probe = org.unmute.probes.pool.Probes.create(
                backend, "mhca", fold.train().tokens().layout(), 3, ProbeOptions.DEFAULTS, 5);
        TrainingSettings settings = TrainingSettings.paper("mhca")
                .withEpochs(4)
                .withBatch(8)
                .withStandardize(true)
                .withSeed(5)
                .withRate(result.best().values().get("lr"))
                .withDecay(result.best().values().get("wd"));
        TrainedProbe trained = ProbeTrainer.train(probe, fold.train(), settings)
                .trained(probe, TinyCell.multiLabel().classes(), false, Objective.ASL, "encoder", "front end");
        Path own = folder.resolve("own.safetensors");
        trained.save(own);
        assertThat(Files.mismatch(own, folder.resolve("seed-5/probe.safetensors")))
                .isEqualTo(-1);
    }

    @Test
    void poorTrialsEndEarlyAndAreMarked() throws IOException {
        CellResult result = run("protobin", TinyCell.multiLabel(), folder);
        assertThat(result.pruned()).isBetween(1, 4);
        for (FinishedTrial t : result.trials()) {
            assertThat(t.epochs()).hasSize(t.lastEpoch());
            assertThat(t.pruned()).isEqualTo(t.lastEpoch() < 4);
        }
        assertThat(Files.readAllLines(folder.resolve("trials.jsonl")))
                .hasSize(5)
                .allMatch(l -> l.matches(
                        "\\{\"trial\":\\d,\"stage\":\"(sobol|tpe)\",\"lr\":.*,\"wd\":.*,\"epochs\":\\[\\{\"epoch\":1,"
                                + "\"validation\":.*\\],\"validation\":.*,\"pruned\":(true|false),\"seconds\":.*\\}"));
    }

    @Test
    void foldsAreTrainedAndTestedApartAndAveraged() throws IOException {
        CellResult result = run("linear-mean", TinyCell.folds(), folder);
        assertThat(result.trials()).hasSize(5);
        assertThat(result.reruns()).hasSize(2 * 2 * 2);
        assertThat(folder.resolve("seed-0/fold-1/probe.safetensors"))
                .hasSameBinaryContentAs(folder.resolve("seed-0/probe.safetensors"));
        assertThat(Files.mismatch(
                        folder.resolve("seed-0/fold-1/probe.safetensors"),
                        folder.resolve("seed-0/fold-2/probe.safetensors")))
                .isNotEqualTo(-1);
        double sum = 0;
        for (int f : new int[] {1, 2}) {
            TrainedProbe probe = TrainedProbe.load(
                    folder.resolve("seed-0/fold-" + f + "/probe.safetensors"),
                    Backends.open("scalar", 1).backend());
            Fold fold = TinyCell.fold(f, true);
            sum += PrimaryMetric.ACCURACY.of(
                    Scorer.rawScores(probe, fold.test().tokens(), 8), PreparedFold.labels(fold.test()));
        }
        assertThat(result.seeds().getFirst().test()).isCloseTo(sum / 2, within(1e-15));
    }

    /** Crashes or stops after two to seven epochs, including those of the same training in an earlier process. */
    @ParameterizedTest
    @ValueSource(strings = {"protobin", "linear-mean"})
    void aCellThatIsCutOffOverAndOverEndsWithTheSameBits(String probe) throws IOException {
        Path whole = folder.resolve("whole");
        AtomicInteger epochs = new AtomicInteger();
        run(
                probe,
                TinyCell.multiLabel(),
                whole,
                StopSignal.never(),
                counting(epochs, Integer.MAX_VALUE, false, StopSignal.never()));
        assertThat(epochs.get()).isBetween(4 * 4 + 5, 4 * 4 + 5 * 4);
        for (boolean killed : new boolean[] {true, false}) {
            Path cut = folder.resolve("cut-" + killed);
            int processes = 0;
            while (!Files.exists(cut.resolve("cell.txt"))) {
                processes++;
                assertThat(processes).isLessThan(60);
                StopSignal stop = StopSignal.never();
                try {
                    run(
                            probe,
                            TinyCell.multiLabel(),
                            cut,
                            stop,
                            counting(new AtomicInteger(), 2 + processes % 6, killed, stop));
                } catch (StoppedException e) {
                    assertThat(killed).isFalse();
                    assertThat(e).hasMessageContaining("tiny/planted/probe was stopped");
                } catch (KilledError e) {
                    assertThat(killed).isTrue();
                }
            }
            assertThat(processes).isGreaterThan(4);
            assertThat(TinyCell.content(cut)).isEqualTo(TinyCell.content(whole));
        }
    }

    private static final class KilledError extends Error {
        private static final long serialVersionUID = 1;
    }

    /** Throws or requests a stop after some epochs. */
    private static CellListener counting(AtomicInteger seen, int most, boolean kill, StopSignal stop) {
        return new CellListener() {
            @Override
            public void epoch(CellId cell, String what, EpochRecord epoch) {
                if (seen.incrementAndGet() >= most) {
                    if (kill) {
                        throw new KilledError();
                    }
                    stop.raise();
                }
            }
        };
    }

    /** Epoch lines are not forced to the device, but checkpoints are. */
    @ParameterizedTest
    @ValueSource(strings = {"", "{\"epoch\":1\0\0\0\0\0\n{\"epoch\":2}\n", "\0\0\0\0"})
    void aTrainingWhoseLinesALossOfPowerTookStartsAgain(String left) throws IOException {
        Path whole = folder.resolve("whole");
        run("protobin", TinyCell.multiLabel(), whole);
        Path cut = folder.resolve("cut");
        CellListener listener = counting(new AtomicInteger(), 3, true, StopSignal.never());
        assertThatThrownBy(() -> run("protobin", TinyCell.multiLabel(), cut, StopSignal.never(), listener))
                .isInstanceOf(KilledError.class);
        assertThat(cut.resolve("work/trial-0.checkpoint.safetensors")).exists();
        Files.writeString(cut.resolve("work/trial-0.epochs.jsonl"), left);
        run("protobin", TinyCell.multiLabel(), cut);
        assertThat(TinyCell.content(cut)).isEqualTo(TinyCell.content(whole));
    }

    /** A cell that was begun before journals had checksums and checkpoints had digests. */
    @Test
    void aCellOfAnEarlierVersionIsGoneOnWith() throws IOException {
        Path whole = folder.resolve("whole");
        run("protobin", TinyCell.multiLabel(), whole);
        Path old = folder.resolve("old");
        CellListener dying = counting(new AtomicInteger(), 7, true, StopSignal.never());
        assertThatThrownBy(() -> run("protobin", TinyCell.multiLabel(), old, StopSignal.never(), dying))
                .isInstanceOf(KilledError.class);
        assertThat(old.resolve("trials.jsonl")).content().contains("crc32c");
        int checkpoints = 0;
        try (Stream<Path> files = Files.walk(old)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (file.toString().endsWith(".jsonl")) {
                    Files.writeString(file, withoutChecksums(Files.readString(file)));
                } else if (file.toString().endsWith(".checkpoint.safetensors")) {
                    withoutDigest(file);
                    checkpoints++;
                }
            }
        }
        assertThat(checkpoints).isEqualTo(1);
        run("protobin", TinyCell.multiLabel(), old);
        TreeMap<String, String> expected = TinyCell.content(whole);
        TreeMap<String, String> content = TinyCell.content(old);
        expected.replaceAll((name, text) -> withoutChecksums(text));
        content.replaceAll((name, text) -> withoutChecksums(text));
        assertThat(content).isEqualTo(expected);
    }

    private static String withoutChecksums(String lines) {
        return lines.replaceAll(",\"crc32c\":\"[0-9a-f]{8}\"", "");
    }

    private static void withoutDigest(Path checkpoint) throws IOException {
        SafetensorsWriter out = new SafetensorsWriter();
        try (SafetensorsFile in = SafetensorsFile.open(checkpoint)) {
            in.metadata().forEach((key, value) -> {
                if (!key.equals("unmute_digest")) {
                    out.metadata(key, value.replace("unmute-checkpoint-2", "unmute-checkpoint-1"));
                }
            });
            for (String name : in.names()) {
                switch (in.type(name)) {
                    case I32 -> out.add(name, in.shape(name), in.ints(name));
                    case F64 -> out.add(name, in.shape(name), in.doubles(name));
                    default -> out.add(name, in.shape(name), in.floats(name));
                }
            }
        }
        out.write(checkpoint);
    }

    @Test
    void tornJournalsAreGoneOnWithAndDamagedOnesRefused() throws IOException {
        Path whole = folder.resolve("whole");
        run("protobin", TinyCell.multiLabel(), whole);
        Path torn = Files.createDirectories(folder.resolve("torn"));
        Files.copy(whole.resolve("settings.txt"), torn.resolve("settings.txt"));
        String trials = Files.readString(whole.resolve("trials.jsonl"));
        Files.writeString(torn.resolve("trials.jsonl"), trials.substring(0, trials.length() * 2 / 3));
        run("protobin", TinyCell.multiLabel(), torn);
        assertThat(TinyCell.content(torn)).isEqualTo(TinyCell.content(whole));

        for (String damage : List.of("\"lr\":1.0e-2x", "\"lr\":0.0123", "\"lr\":\"?\"")) {
            Path damaged = Files.createDirectories(folder.resolve("damaged"));
            Files.copy(
                    whole.resolve("settings.txt"),
                    damaged.resolve("settings.txt"),
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            String[] lines = trials.split("\n");
            lines[1] = lines[1].replaceFirst("\"lr\":[^,]+", damage);
            Files.writeString(damaged.resolve("trials.jsonl"), String.join("\n", lines) + "\n");
            assertFails(
                    InputException.class, () -> run("protobin", TinyCell.multiLabel(), damaged), "trials.jsonl:2: ");
        }
    }

    @Test
    void aFolderIsNotGoneOnWithUnderOtherSettingsOrClips() throws IOException {
        run("protobin", TinyCell.multiLabel(), folder);
        CellSettings other = TinyCell.settings("protobin", 3);
        CellRun.Context context = TinyCell.context(cores, StopSignal.never(), CellListener.SILENT);
        CellSettings epochs = new CellSettings(
                "protobin",
                other.options(),
                other.training().withEpochs(5),
                other.space(),
                other.study(),
                2,
                other.seeds());
        assertThatThrownBy(() -> CellRun.run(ID, epochs, TinyCell.multiLabel(), folder, context))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("training.epochs is 5, there it was 4");
        CellData clips = new CellData(
                List.of(TinyCell.fold(7, false)),
                TinyCell.multiLabel().classes(),
                Objective.ASL,
                PrimaryMetric.MAP,
                "",
                "");
        assertFails(() -> CellRun.run(ID, other, clips, folder, context), "begun with other settings");
        assertThatThrownBy(() -> CellRun.run(ID, TinyCell.settings("mhca", 3), TinyCell.multiLabel(), folder, context))
                .hasMessageContaining("protobin");
    }

    @Test
    void aCellInWhichEverythingDivergesSaysSo() {
        CellSettings s = TinyCell.settings("linear-mean", 3);
        SearchSpace wild = new SearchSpace(List.of(Range.logarithmic("lr", 1e36, 1e38)));
        CellSettings settings = new CellSettings(
                "linear-mean",
                s.options(),
                s.training(),
                wild,
                new StudySettings(2, 0, 0, Optional.empty(), true),
                1,
                List.of(0L));
        CellData data = TinyCell.folds();
        assertThatThrownBy(() -> CellRun.run(
                        ID, settings, data, folder, TinyCell.context(cores, StopSignal.never(), CellListener.SILENT)))
                .isInstanceOf(CellFailedException.class)
                .hasMessageContaining("all 2 trials diverged");
        assertThat(folder.resolve("trials.jsonl")).content().contains("\"validation\":null");
    }

    @Test
    void wrongSettingsAreRefused() {
        CellSettings s = TinyCell.settings("mhca", 0);
        assertThatThrownBy(
                        () -> new CellSettings("mhca", s.options(), s.training(), s.space(), s.study(), 0, s.seeds()))
                .hasMessageContaining("0 configurations");
        assertThatThrownBy(() ->
                        new CellSettings("mhca", s.options(), s.training(), s.space(), s.study(), 1, List.of(1L, 1L)))
                .hasMessageContaining("seeds [1, 1]");
        assertFails(
                () -> new CellSettings(
                        "mhca",
                        s.options(),
                        s.training(),
                        new SearchSpace(List.of(Range.linear("dropout", 0, 1))),
                        s.study(),
                        1,
                        s.seeds()),
                "not dropout");
        assertFails(() -> new CellId("a", "b/../c", "d"), "cannot name a folder");
        assertFails(() -> new CellId("..", "b", "d"), "cannot name a folder");
    }
}
