package org.unmute.events.strong;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.unmute.metrics.event.FrameScores;
import org.unmute.metrics.event.SoundBox;
import org.unmute.metrics.event.SoundEvent;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.Features;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.event.Band;
import org.unmute.probes.event.BandFinder;
import org.unmute.probes.event.Event;
import org.unmute.probes.event.EventDetector;
import org.unmute.probes.event.EventRules;
import org.unmute.probes.score.FrameScorer;

/**
 * Boxes that a probe finds on the clips of a token cache: its events, each with the band of the tokens that determine
 * its highest score, as {@code unmute detect} finds them.
 */
public final class CachedBoxes {
    private final TokenCache cache;
    private final FrameScorer scorer;
    private final EventRules rules;
    private final BandFinder bands;

    /**
     * @param cache  not closed
     * @param spec   the encoder of its tokens
     * @param scorer made the scores
     * @param rules  turn scores into events
     */
    public CachedBoxes(TokenCache cache, EncoderSpec spec, FrameScorer scorer, EventRules rules) {
        this.cache = cache;
        this.scorer = scorer;
        this.rules = rules;
        bands = new BandFinder(scorer.probe(), spec);
    }

    /**
     * The boxes of a clip.
     *
     * @param scores unfiltered, of a clip of the cache, as {@link CachedScores#of} gives them
     * @throws IOException if its tokens cannot be read
     */
    public List<SoundBox> of(FrameScores scores) throws IOException {
        List<Event> events = new ArrayList<>();
        EventDetector detector = new EventDetector(
                rules,
                (label, onset, offset, score, peak) -> events.add(new Event(label, onset, offset, score, peak, null)));
        double[] times = scores.times();
        for (int i = 0; i < scores.scores().length; i++) {
            detector.accept(times[i], times[i + 1], scores.scores()[i]);
        }
        detector.finish();
        if (events.isEmpty()) {
            return List.of();
        }
        boolean layers = scorer.probe().probe().layers() > 0;
        Features clip = layers ? cache.readFeatures(scores.file()) : new Features(cache.read(scores.file()));
        List<SoundBox> boxes = new ArrayList<>();
        for (Event e : events) {
            Band band = bands.isLocal() ? bands.of(around(clip, times, e.peak()), e.label()) : bands.full();
            boxes.add(new SoundBox(
                    new SoundEvent(
                            scores.file(),
                            e.onset(),
                            e.offset(),
                            scorer.probe().classes().get(e.label())),
                    band.low(),
                    band.high(),
                    e.score()));
        }
        return boxes;
    }

    /** The rows that determine the scores at a moment. */
    private Features around(Features clip, double[] times, double moment) {
        int row = 0;
        while (times[row + 1] <= moment) {
            row++;
        }
        FrameScorer.Context context = scorer.contextOf(row, times.length - 1);
        return clip.rows((int) context.from(), (int) context.to());
    }
}
