package org.unmute.cli.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmute.cli.console.CommandRun;
import org.unmute.cli.console.Progress;
import org.unmute.cli.score.Scoring;
import org.unmute.data.LabelledClip;
import org.unmute.data.Manifest;
import org.unmute.metrics.ScoreScale;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.CacheKey;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.train.LinearFit;
import org.unmute.probes.train.Objective;
import org.unmute.probes.train.ProbeTrainer;
import org.unmute.probes.train.TokenGrid;
import org.unmute.probes.train.TokenSet;
import org.unmute.probes.train.TrainingSettings;

/**
 * Trains probes on the clips of the demo, saves them and scores them on its test clips.
 *
 * @param out    the folder of the probes
 * @param train  training clips with their tokens
 * @param test   test clips with their tokens
 * @param seeds  training runs per probe
 * @param epochs passes over the training clips; null: until they converge, as {@code unmute probe} trains
 * @param seed   of the bootstrap
 */
public record DemoTraining(Path out, Clips train, Clips test, int seeds, Integer epochs, long seed) {
    private static final List<String> PROBES = List.of("linear", "linear-mean", "mhca", "protobin");

    /**
     * Clips and their tokens, in memory.
     *
     * @param key what computed the tokens
     */
    public record Clips(Manifest manifest, List<TokenMap> maps, CacheKey key) {
        /** Reads the tokens of clips. */
        public static Clips read(Manifest manifest, TokenCache cache) throws IOException {
            List<TokenMap> maps = new ArrayList<>();
            for (LabelledClip c : manifest.clips()) {
                maps.add(cache.read(c.file()));
            }
            return new Clips(manifest, maps, cache.key());
        }
    }

    /** The name of a probe's file. */
    public static String file(String name, int seed) {
        return "probe-" + name + "-seed" + seed + ".safetensors";
    }

    /** The results of each probe. */
    public Map<String, DemoReport.Result> run(CommandRun command) throws IOException {
        TokenSet set = TokenSet.of(
                train.maps(),
                train.manifest().targets(),
                train.manifest().labels().size());
        Map<String, DemoReport.Result> results = new LinkedHashMap<>();
        try (Progress progress = command.progress(
                "training " + PROBES.size() + " probes x " + seeds + " seeds",
                "trainings",
                (long) PROBES.size() * seeds)) {
            for (String name : PROBES) {
                results.put(name, run(name, set, () -> progress.advance(1)));
            }
        }
        return results;
    }

    private DemoReport.Result run(String name, TokenSet set, Runnable done) throws IOException {
        TokenGrid grid = set.tokens().grid();
        Scoring scoring = new Scoring(test.manifest(), false, 1000, seed);
        TrainedProbe first = null;
        float[][] firstScores = null;
        for (int one = 0; one < seeds; one++) {
            TrainingSettings settings = TrainingSettings.converging(name).withSeed(one);
            ProbeOptions options = TrainingSettings.convergingOptions(name, ProbeOptions.DEFAULTS);
            Probe probe = Probes.create(name, grid.dim(), set.classes(), grid.cls(), options, one);
            ProbeTrainer.Result result = train(probe, set, settings);
            done.run();
            TrainedProbe t = result.trained(
                    probe,
                    train.manifest().labels().names(),
                    grid.cls(),
                    settings.objective(),
                    train.key().encoderHash(),
                    train.key().frontEndHash());
            t.save(out.resolve(file(name, one)));
            float[][] scores = t.rawScores(test.maps());
            scoring.add(scores, ScoreScale.PROBABILITY);
            if (first == null) {
                first = t;
                firstScores = scores;
            }
        }
        return new DemoReport.Result(first, firstScores, scoring);
    }

    /** By the defaults of {@code unmute probe}: linear ones to the minimum of their loss, others by steps. */
    private ProbeTrainer.Result train(Probe probe, TokenSet set, TrainingSettings settings) throws IOException {
        LinearFit fit = epochs != null
                ? null
                : LinearFit.of(probe, set, settings.withObjective(Objective.BCE))
                        .orElse(null);
        if (fit == null) {
            int passes = epochs != null ? epochs : TrainingSettings.convergingEpochs(set.clips(), settings.batch());
            return ProbeTrainer.train(probe, set, settings.withEpochs(passes));
        }
        List<String> recordings =
                train.manifest().clips().stream().map(LabelledClip::file).toList();
        return fit.fit(LinearFit.folds(recordings, set, settings.seed()), () -> {})
                .result(set);
    }
}
