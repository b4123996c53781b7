package org.unmute.probes.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.unmute.probes.cache.CachedClip;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.pool.TrainedProbe;

/**
 * Trains and scores a probe on a cache in a separate process with a small heap. Arguments: cache and probe. Prints the
 * heap limit, the size of the cache, the first and the last loss, and the number of clips scored.
 */
final class SmallHeapProcess {
    private static final int CLASSES = 2;

    private SmallHeapProcess() {}

    public static void main(String[] args) throws IOException {
        try (TokenCache cache = TokenCache.open(Path.of(args[0]))) {
            List<String> ids = cache.clips().stream().map(CachedClip::id).toList();
            float[] targets = new float[ids.size() * CLASSES];
            for (int i = 0; i < ids.size(); i++) {
                targets[i * CLASSES + i % CLASSES] = 1;
            }
            TokenSet clips = new TokenSet(TokenSource.of(cache, ids), targets, CLASSES);
            ProbeOptions options =
                    args[1].equals("protobin") ? ProbeOptions.parse("prototypes=2") : ProbeOptions.DEFAULTS;
            Probe probe = Probes.create(args[1], clips.tokens().grid().dim(), CLASSES, false, options, 1);
            TrainingSettings settings =
                    TrainingSettings.paper(args[1]).withEpochs(2).withBatch(16).withStandardize(true);
            ProbeTrainer.Result result = ProbeTrainer.train(probe, clips, settings);
            TrainedProbe trained = result.trained(probe, List.of("a", "b"), false, Objective.ASL, "", "");
            double[] losses = result.losses().epochs();
            System.out.println(Runtime.getRuntime().maxMemory() + " " + cache.bytes() + " " + losses[0] + " "
                    + losses[1] + " " + Scorer.rawScores(trained, clips.tokens(), 16).length);
        }
    }
}
