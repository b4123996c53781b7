package org.unmute.events.strong;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmute.metrics.event.FrameScores;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.RowTimes;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.score.FrameScorer;

/**
 * Frame scores of probes on the clips of a token cache.
 *
 * @param cache token cache to read; not closed
 * @param times of the cache's token rows
 */
public record CachedScores(TokenCache cache, RowTimes times) {
    /**
     * Lengths of clips, computed from their rows that hold sound.
     *
     * @throws java.util.NoSuchElementException if a clip is not in the cache
     */
    public Map<String, Double> seconds(List<String> ids) {
        Map<String, Double> all = new LinkedHashMap<>();
        for (String id : ids) {
            all.put(id, times.seconds(cache.find(id).orElseThrow().sound()));
        }
        return all;
    }

    /**
     * Scores of a probe, one element per clip.
     *
     * @param scorer  scores the frames
     * @param seconds length of each clip; rows that begin after its end are padding and are dropped
     * @throws IOException if a clip cannot be read
     */
    public List<FrameScores> of(FrameScorer scorer, Map<String, Double> seconds) throws IOException {
        boolean layers = scorer.probe().probe().layers() > 0;
        List<FrameScores> all = new ArrayList<>();
        for (Map.Entry<String, Double> clip : seconds.entrySet()) {
            String id = clip.getKey();
            Features features = layers ? cache.readFeatures(id) : new Features(cache.read(id));
            int rows = features.tokens().time();
            while (rows > 1 && times.seconds(rows - 1) >= clip.getValue()) {
                rows--;
            }
            Features read = rows < features.tokens().time() ? features.rows(0, rows) : features;
            double[] ends = new double[rows + 1];
            Arrays.setAll(ends, times::seconds);
            ends[rows] = Math.clamp(clip.getValue(), Math.nextUp(ends[rows - 1]), ends[rows]);
            all.add(new FrameScores(id, ends, scorer.scores(read)));
        }
        return all;
    }
}
