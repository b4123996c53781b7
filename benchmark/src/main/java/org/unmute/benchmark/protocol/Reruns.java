package org.unmute.benchmark.protocol;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmute.benchmark.search.FinishedTrial;
import org.unmute.data.json.JsonFields;
import org.unmute.data.json.JsonLines;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.train.Throughput;

/**
 * Trains the best configurations with every seed on every fold. A training is finished once its line is in {@code
 * reruns.jsonl}.
 */
record Reruns(RunningCell cell, List<PreparedFold> folds) {
    List<Rerun> run(List<FinishedTrial> top) throws IOException {
        Map<String, Rerun> done = recorded(top);
        List<Rerun> all = new ArrayList<>();
        try (JsonLines journal = JsonLines.append(journalFile(), true)) {
            for (int rank = 0; rank < top.size(); rank++) {
                for (PreparedFold fold : folds) {
                    for (long seed : cell.settings().seeds()) {
                        String name = Rerun.name(rank, fold.fold().number(), seed);
                        Rerun before = done.get(name);
                        Rerun rerun = before != null ? before : train(rank, top.get(rank), fold, seed, journal);
                        all.add(rerun);
                        cell.context()
                                .listener()
                                .training(cell.id(), what(rerun), rerun.validation(), false, before != null);
                    }
                }
            }
        }
        return all;
    }

    private Map<String, Rerun> recorded(List<FinishedTrial> top) throws IOException {
        Map<String, Rerun> done = new LinkedHashMap<>();
        for (JsonFields line : JsonLines.read(journalFile())) {
            Rerun r = Rerun.of(line);
            if (r.rank() >= top.size() || top.get(r.rank()).number() != r.trial() || done.put(r.name(), r) != null) {
                throw line.wrong("configuration " + r.rank() + " from trial " + r.trial() + ", seed " + r.seed()
                        + ", fold " + r.fold() + " is not due here");
            }
        }
        return done;
    }

    private Path journalFile() {
        return cell.folder().resolve(CellRun.RERUNS);
    }

    private static String what(Rerun rerun) {
        return "configuration " + rerun.rank() + (rerun.fold() == 0 ? "" : ", fold " + rerun.fold()) + ", seed "
                + rerun.seed();
    }

    private Rerun train(int rank, FinishedTrial configuration, PreparedFold fold, long seed, JsonLines journal)
            throws IOException {
        cell.requireGo();
        String name = Rerun.name(rank, fold.fold().number(), seed);
        ResumableTraining run = new ResumableTraining(cell, name);
        ResumableTraining.Outcome outcome = cell.context().cores().run(backend -> {
            Probe probe = cell.fresh(backend, fold.fold(), configuration.values(), seed);
            ResumableTraining.Outcome own =
                    run.run(probe, fold, cell.training(configuration.values(), seed), true, epoch -> {
                        cell.context().listener().epoch(cell.id(), name, epoch);
                        return false;
                    });
            if (own.end() == ResumableTraining.End.COMPLETE) {
                fold.trained(probe, cell.data()).save(cell.weights(name));
            }
            return own;
        });
        Rerun rerun = new Rerun(
                rank,
                configuration.number(),
                fold.fold().number(),
                seed,
                outcome.epochs(),
                outcome.validation(),
                outcome.seconds(),
                speed(outcome.throughput(), fold));
        journal.add(rerun);
        run.discard();
        return rerun;
    }

    /** Includes the pooling time in every training, although pooling is done once for all. */
    private static double speed(Throughput throughput, PreparedFold fold) {
        return throughput.clips() == 0
                ? Double.NaN
                : throughput.clips() / (throughput.seconds() + fold.poolingSeconds());
    }
}
