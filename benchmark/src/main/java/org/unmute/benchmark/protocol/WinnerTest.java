package org.unmute.benchmark.protocol;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.unmute.benchmark.search.FinishedTrial;
import org.unmute.files.AtomicFile;
import org.unmute.files.FileFailure;
import org.unmute.metrics.ClassMeans;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.train.Scorer;

/**
 * Chooses the configuration with the best mean validation score over seeds and folds, and scores its saved probes on
 * the test part. No other configuration is tested.
 */
record WinnerTest(RunningCell cell) {
    CellResult run(List<FinishedTrial> trials, List<FinishedTrial> top, List<Rerun> reruns) throws IOException {
        int winner = winner(top, reruns);
        List<SeedResult> seeds = new ArrayList<>();
        for (long seed : cell.settings().seeds()) {
            seeds.add(test(winner, seed, reruns));
        }
        Fold first = cell.data().folds().getFirst();
        Probe kind = cell.context()
                .cores()
                .run(backend -> cell.fresh(backend, first, top.get(winner).values(), 0));
        return new CellResult(
                cell.id(),
                cell.data(),
                kind.options().values(),
                kind.parameterCount(),
                trials,
                reruns,
                top.get(winner),
                seeds);
    }

    /**
     * Index of the configuration with the best mean; on ties, the first. Configurations with a diverged training are
     * excluded.
     */
    private int winner(List<FinishedTrial> top, List<Rerun> reruns) {
        int best = -1;
        double bestMean = Double.NaN;
        for (int rank = 0; rank < top.size(); rank++) {
            double sum = 0;
            int count = 0;
            for (Rerun rerun : reruns) {
                if (rerun.rank() == rank) {
                    sum += rerun.validation();
                    count++;
                }
            }
            double mean = sum / count;
            if (!Double.isNaN(mean) && (best < 0 || mean > bestMean)) {
                best = rank;
                bestMean = mean;
            }
        }
        if (best < 0) {
            throw new CellFailedException("benchmark: " + cell.id() + ": each of the best " + top.size()
                    + " configurations diverged with one of the seeds: search lower learning rates");
        }
        return best;
    }

    private SeedResult test(int winner, long seed, List<Rerun> reruns) throws IOException {
        List<FoldScores> scores = new ArrayList<>();
        for (Fold fold : cell.data().folds()) {
            Rerun rerun = reruns.stream()
                    .filter(r -> r.rank() == winner && r.seed() == seed && r.fold() == fold.number())
                    .findFirst()
                    .orElseThrow();
            Path file = requireFile(rerun);
            scores.add(cell.context().cores().run(backend -> {
                TrainedProbe probe = TrainedProbe.load(file, backend);
                float[][] rows = Scorer.rawScores(
                        probe, fold.test().tokens(), cell.settings().training().batch());
                return new FoldScores(
                        fold, probe, rows, cell.data().metric().of(rows, PreparedFold.labels(fold.test())), rerun);
            }));
        }
        List<Rerun> own = scores.stream().map(FoldScores::rerun).toList();
        SeedResult result = new SeedResult(
                seed,
                own.stream().mapToDouble(Rerun::validation).average().orElseThrow(),
                scores.stream().mapToDouble(FoldScores::test).average().orElseThrow(),
                own.stream().mapToDouble(Rerun::seconds).sum(),
                ClassMeans.defined(own, Rerun::clipsPerSecond));
        Path place = Files.createDirectories(cell.folder().resolve(result.folder()));
        for (FoldScores s : scores) {
            if (s.fold().number() > 0) {
                copy(
                        s.rerun(),
                        Files.createDirectories(place.resolve("fold-" + s.fold().number())));
            }
        }
        copy(own.getFirst(), place);
        cell.context().recorder().seed(cell.id(), result, place, scores);
        return result;
    }

    /** Throws if the probe of a training that the journal lists as finished is missing, since it cannot be tested. */
    private Path requireFile(Rerun rerun) throws IOException {
        Path file = cell.weights(rerun.name());
        if (!Files.exists(file)) {
            throw new IOException("benchmark: " + file + " is gone, though " + CellRun.RERUNS
                    + " says that this training ended: delete the cell's folder to start it anew");
        }
        return file;
    }

    private void copy(Rerun rerun, Path to) throws IOException {
        Path from = cell.weights(rerun.name());
        AtomicFile.write(to.resolve(CellRun.PROBE), FileFailure.naming(from, () -> Files.readAllBytes(from)));
    }
}
