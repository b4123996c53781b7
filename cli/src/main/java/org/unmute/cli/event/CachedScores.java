package org.unmute.cli.event;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.probe.SavedProbe;
import org.unmute.experiments.metric.event.FrameScores;
import org.unmute.experiments.provenance.CacheOrigin;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.RowTimes;
import org.unmute.probes.cache.CachedClip;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.score.FrameScorer;

/** Scores over time of probes on the clips of a token cache. */
final class CachedScores {
    private final TokenCache cache;
    private final RowTimes times;

    private CachedScores(TokenCache cache, RowTimes times) {
        this.cache = cache;
        this.times = times;
    }

    /**
     * Finds out when the token rows of a cache begin, from its record or from the encoder of the run.
     *
     * @throws CommandException if neither is there
     */
    static CachedScores of(TokenCache cache, Path folder, Path run) throws IOException {
        RowTimes times = CacheOrigin.rowTimes(folder).orElse(null);
        if (times == null) {
            try {
                times = SavedProbe.find(run, null)
                        .openEncoder()
                        .encoder()
                        .describe()
                        .rowTimes();
            } catch (CommandException e) {
                throw CommandException.input(
                        folder + " does not record when its tokens begin, and the encoder cannot be asked: "
                                + e.getMessage() + "; or run 'unmute embed' again on the cache, which records it",
                        e);
            }
        }
        return new CachedScores(cache, times);
    }

    /** Length of a row in seconds. */
    double rowSeconds() {
        return times.rowSeconds();
    }

    /** The lengths of clips by their rows. */
    Map<String, Double> seconds(List<String> ids) {
        Map<String, Double> all = new LinkedHashMap<>();
        for (String id : ids) {
            CachedClip clip = cache.find(id).orElseThrow();
            all.put(id, times.seconds(clip.time()));
        }
        return all;
    }

    /**
     * A probe's scores.
     *
     * @param seconds length of each clip; rows that begin after its end stand for padding and are left out
     */
    List<FrameScores> of(TrainedProbe probe, Map<String, Double> seconds) throws IOException {
        FrameScorer scorer = FrameScorer.of(probe, times, null);
        boolean layers = probe.probe().layers() > 0;
        List<FrameScores> all = new ArrayList<>();
        for (Map.Entry<String, Double> clip : seconds.entrySet()) {
            String id = clip.getKey();
            Features features = layers ? cache.readFeatures(id) : new Features(cache.read(id));
            int rows = features.tokens().time();
            while (rows > 1 && times.seconds(rows - 1) >= clip.getValue()) {
                rows--;
            }
            Features heard = rows < features.tokens().time() ? features.rows(0, rows) : features;
            double[] ends = new double[rows + 1];
            Arrays.setAll(ends, times::seconds);
            ends[rows] = Math.clamp(clip.getValue(), Math.nextUp(ends[rows - 1]), ends[rows]);
            all.add(new FrameScores(id, ends, scorer.scores(heard)));
        }
        return all;
    }
}
