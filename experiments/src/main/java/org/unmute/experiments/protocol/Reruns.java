package org.unmute.experiments.protocol;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmute.experiments.StoppedException;
import org.unmute.experiments.json.JsonFields;
import org.unmute.experiments.json.JsonLines;
import org.unmute.experiments.search.FinishedTrial;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.train.Throughput;
import org.unmute.probes.train.TokenSet;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.backend.Backend;

/**
 * Trains the best configurations with every seed on every fold. A training is finished once its line is in {@code
 * reruns.jsonl}.
 */
record Reruns(
        CellId id,
        Path folder,
        Path work,
        CellSettings settings,
        CellData data,
        List<PreparedFold> folds,
        CellRun.Context context) {
    List<Rerun> run(List<FinishedTrial> top) throws IOException {
        Map<String, Rerun> done = recorded(top);
        List<Rerun> all = new ArrayList<>();
        try (JsonLines journal = JsonLines.append(folder.resolve(CellRun.RERUNS), true)) {
            for (int rank = 0; rank < top.size(); rank++) {
                for (PreparedFold fold : folds) {
                    for (long seed : settings.seeds()) {
                        String name = Rerun.name(rank, fold.fold().number(), seed);
                        Rerun before = done.get(name);
                        Rerun rerun = before != null ? before : train(rank, top.get(rank), fold, seed, journal);
                        all.add(rerun);
                        context.listener().training(id, what(rerun), rerun.validation(), false, before != null);
                    }
                }
            }
        }
        return all;
    }

    private Map<String, Rerun> recorded(List<FinishedTrial> top) throws IOException {
        Path file = folder.resolve(CellRun.RERUNS);
        Map<String, Rerun> done = new LinkedHashMap<>();
        for (JsonFields line : JsonLines.read(file)) {
            Rerun r = Rerun.of(line);
            if (r.rank() >= top.size() || top.get(r.rank()).number() != r.trial() || done.put(r.name(), r) != null) {
                throw line.wrong("configuration " + r.rank() + " from trial " + r.trial() + ", seed " + r.seed()
                        + ", fold " + r.fold() + " is not due here");
            }
        }
        return done;
    }

    private static String what(Rerun rerun) {
        return "configuration " + rerun.rank() + (rerun.fold() == 0 ? "" : ", fold " + rerun.fold()) + ", seed "
                + rerun.seed();
    }

    private Rerun train(int rank, FinishedTrial configuration, PreparedFold fold, long seed, JsonLines journal)
            throws IOException {
        if (context.stop().raised()) {
            throw new StoppedException(id);
        }
        String name = Rerun.name(rank, fold.fold().number(), seed);
        ResumableTraining run = new ResumableTraining(work, name, context.checkpoints(), context.stop());
        ResumableTraining.Outcome outcome = context.cores().run(backend -> {
            Probe probe = fresh(backend, fold, seed);
            ResumableTraining.Outcome own =
                    run.run(probe, fold, data, settings.training(configuration.values(), seed), true, epoch -> {
                        context.listener().epoch(id, name, epoch);
                        return false;
                    });
            if (own.end() == ResumableTraining.End.COMPLETE) {
                fold.trained(probe, data).save(file(work, name));
            }
            return own;
        });
        if (outcome.end() == ResumableTraining.End.STOPPED) {
            throw new StoppedException(id);
        }
        Rerun rerun = new Rerun(
                rank,
                configuration.number(),
                fold.fold().number(),
                seed,
                outcome.epochs(),
                outcome.validation(),
                outcome.seconds(),
                speed(outcome.throughput(), fold));
        journal.add(rerun.json());
        run.discard();
        return rerun;
    }

    /** Counts the pooling time as part of every training, although it is done once for all. */
    private static double speed(Throughput throughput, PreparedFold fold) {
        return throughput.clips() == 0
                ? Double.NaN
                : throughput.clips() / (throughput.seconds() + fold.poolingSeconds());
    }

    static Path file(Path work, String name) {
        return work.resolve(name + ".safetensors");
    }

    private Probe fresh(Backend backend, PreparedFold fold, long seed) {
        TokenSet train = fold.fold().train();
        return TensorScope.outside(() ->
                Probes.create(backend, settings.probe(), fold.layout(), train.classes(), settings.options(), seed));
    }

    /** Fails if the journal says that a training ended but its probe is gone: it cannot be tested. */
    static Path requireFile(Path work, String name) throws IOException {
        Path file = file(work, name);
        if (!Files.exists(file)) {
            throw new IOException("benchmark: " + file + " is gone, though " + CellRun.RERUNS
                    + " says that this training ended: delete the " + "cell's folder to start it anew");
        }
        return file;
    }
}
