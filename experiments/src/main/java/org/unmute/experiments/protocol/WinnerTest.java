package org.unmute.experiments.protocol;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.unmute.experiments.search.FinishedTrial;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.score.Scorer;
import org.unmute.tensor.io.AtomicFile;

/**
 * Chooses the configuration with the best mean validation score over seeds and folds, and scores its saved probes on
 * the test part. No other configuration is tested.
 */
record WinnerTest(CellId id, Path folder, Path work, CellSettings settings, CellData data, CellRun.Context context) {
    CellResult run(List<FinishedTrial> trials, List<FinishedTrial> top, List<Rerun> reruns, Probe kind)
            throws IOException {
        int winner = winner(top, reruns);
        List<SeedResult> seeds = new ArrayList<>();
        for (long seed : settings.seeds()) {
            seeds.add(test(winner, seed, reruns));
        }
        return new CellResult(
                id,
                data,
                settings,
                CellRun.options(kind),
                kind.parameterCount(),
                trials,
                reruns,
                top.get(winner),
                seeds);
    }

    /**
     * The configuration with the best mean; on ties, the first. A configuration with a diverged training is excluded.
     */
    private int winner(List<FinishedTrial> top, List<Rerun> reruns) {
        int best = -1;
        double bestMean = Double.NaN;
        for (int rank = 0; rank < top.size(); rank++) {
            int own = rank;
            double[] scores = reruns.stream()
                    .filter(r -> r.rank() == own)
                    .mapToDouble(Rerun::validation)
                    .toArray();
            double sum = 0;
            for (double s : scores) {
                sum += s;
            }
            double mean = sum / scores.length;
            if (!Double.isNaN(mean) && (best < 0 || mean > bestMean)) {
                best = rank;
                bestMean = mean;
            }
        }
        if (best < 0) {
            throw new CellFailedException("benchmark: " + id + ": each of the best " + top.size()
                    + " configurations diverged with one of the seeds: search lower learning rates");
        }
        return best;
    }

    private SeedResult test(int winner, long seed, List<Rerun> reruns) throws IOException {
        List<FoldScores> scores = new ArrayList<>();
        for (Fold fold : data.folds()) {
            Rerun rerun = reruns.stream()
                    .filter(r -> r.rank() == winner && r.seed() == seed && r.fold() == fold.number())
                    .findFirst()
                    .orElseThrow();
            Path file = Reruns.requireFile(work, rerun.name());
            scores.add(context.cores().run(backend -> {
                TrainedProbe probe = TrainedProbe.load(file, backend);
                float[][] rows = Scorer.scores(
                        probe, fold.test().tokens(), settings.training().batch());
                return new FoldScores(
                        fold, probe, rows, data.metric().of(rows, PreparedFold.labels(fold.test())), rerun);
            }));
        }
        List<Rerun> own = scores.stream().map(FoldScores::rerun).toList();
        SeedResult result = new SeedResult(
                seed,
                own.stream().mapToDouble(Rerun::validation).average().orElseThrow(),
                scores.stream().mapToDouble(FoldScores::test).average().orElseThrow(),
                own.stream().mapToDouble(Rerun::seconds).sum(),
                own.stream()
                        .mapToDouble(Rerun::clipsPerSecond)
                        .filter(v -> !Double.isNaN(v))
                        .average()
                        .orElse(Double.NaN));
        Path place = Files.createDirectories(folder.resolve(result.folder()));
        for (FoldScores s : scores) {
            if (s.fold().number() > 0) {
                copy(
                        s.rerun(),
                        Files.createDirectories(place.resolve("fold-" + s.fold().number())));
            }
        }
        copy(own.getFirst(), place);
        context.recorder().seed(id, result, place, scores);
        return result;
    }

    private void copy(Rerun rerun, Path to) throws IOException {
        AtomicFile.write(to.resolve("probe.safetensors"), Files.readAllBytes(Reruns.file(work, rerun.name())));
    }
}
