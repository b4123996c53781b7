package org.unmute.probes.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unmute.probes.event.StreamingTaggerTest.CLASSES;
import static org.unmute.probes.event.StreamingTaggerTest.RATE;
import static org.unmute.probes.event.StreamingTaggerTest.probe;
import static org.unmute.probes.event.StreamingTaggerTest.rules;
import static org.unmute.probes.event.StreamingTaggerTest.sound;
import static org.unmute.probes.event.StreamingTaggerTest.streamed;
import static org.unmute.probes.event.StreamingTaggerTest.whole;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.Encoders;
import org.unmute.probes.score.FrameScorer;

/** Taggers that are lost at random moments, and others that resume from their last states. */
class TaggerStateTest {
    /** Chains of lost taggers for each kind of probe; the full build tries more moments. */
    private static final int CHAINS = Boolean.getBoolean("unmute.full") ? 6 : 2;

    @TempDir
    Path folder;

    /** The number of taggers lost, and the samples that their successors needed again, in total and at most. */
    private static final class Lost {
        private int taggers;
        private long pending;
        private long most;
    }

    /** The events of a chain of taggers: each resumes from a state of an earlier one, and the last one finishes. */
    private static List<Event> interrupted(
            Encoder encoder, FrameScorer scorer, EventRules rules, float[] x, long seed, Lost lost) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Event> kept = new ArrayList<>();
        TaggerState state = TaggerState.START;
        long noted = 0;
        while (true) {
            List<Event> events = new ArrayList<>();
            StreamingTagger tagger =
                    new StreamingTagger(encoder, scorer, rules, 0, () -> Double.POSITIVE_INFINITY, events::add, state);
            int at = (int) tagger.samples();
            lost.most = Math.max(lost.most, noted - at);
            int kill = at + random.nextInt(x.length / 2);
            while (at < x.length) {
                int n = Math.min(x.length - at, 1 + random.nextInt(40_000));
                tagger.accept(x, at, n);
                at += n;
                if (at > kill) {
                    break;
                }
                if (random.nextInt(3) == 0) {
                    state = tagger.state();
                    noted = at;
                    lost.pending += state.pending().size();
                    kept.addAll(events);
                    events.clear();
                }
            }
            if (at == x.length) {
                tagger.finish();
                kept.addAll(events);
                return kept;
            }
            lost.taggers++;
        }
    }

    private static void compare(
            Encoder encoder, FrameScorer scorer, EventRules rules, float[] x, int seeds, boolean pendingToo) {
        List<Event> expected = streamed(encoder, scorer, rules, x, 50_000);
        assertThat(expected).hasSizeGreaterThan(4);
        EncoderSpec spec = encoder.describe();
        Lost lost = new Lost();
        for (int seed = 0; seed < seeds; seed++) {
            assertThat(interrupted(encoder, scorer, rules, x, seed, lost))
                    .as("seed %d", seed)
                    .isEqualTo(expected);
        }
        assertThat(lost.taggers).isGreaterThan(seeds);
        assertThat(lost.pending > 0).isEqualTo(pendingToo);
        int rows = 2 * spec.time() + scorer.context() + 2 * scorer.stride() + rules.medianFrames();
        assertThat(lost.most)
                .isLessThanOrEqualTo((long) (rows + 2) * spec.grid().rowSamples());
    }

    @ParameterizedTest
    @CsvSource({"protobin, 13, 5, 10, 5, 0.3, 0.2", "mhca, 7, 2, 20, 7, 0.5, 0.3", "cgp, 1, 1, 37, 3, 0.1, 0"})
    void eventsAreThoseOfOneTagger(
            String name, int context, int stride, int hop, int median, double gap, double duration) throws IOException {
        compare(name, context, stride, hop, median, gap, duration);
    }

    @FullBuild("scores sound for seconds with each probe")
    @ParameterizedTest
    @CsvSource({
        "protobin, 1, 1, 37, 1, 0, 0",
        "protobin, 7, 2, 37, 1, 0, 0",
        "proto, 7, 2, 37, 3, 0.3, 0.2",
        "linear, 7, 2, 20, 3, 0.3, 0.2",
        "linear-mean, 7, 3, 37, 25, 0.2, 0.1",
        "cgp, 5, 2, 10, 3, 0.1, 0"
    })
    void eventsOfOtherProbesToo(String name, int context, int stride, int hop, int median, double gap, double duration)
            throws IOException {
        compare(name, context, stride, hop, median, gap, duration);
    }

    private void compare(String name, int context, int stride, int hop, int median, double gap, double duration)
            throws IOException {
        Path file = Files.write(folder.resolve("encoder.safetensors"), Encoders.embeddedBytes());
        Encoder encoder = Encoders.open(file, EncoderSettings.AUTHORS.withHop(hop * 0.08));
        FrameScorer scorer = new FrameScorer(probe(name, encoder.describe()), context, stride, null);
        float[] x = sound(40 * RATE + 1234);
        EventRules rules = rules(scorer.scores(whole(encoder, scorer.probe(), x)), median, gap, duration);
        compare(encoder, scorer, rules, x, CHAINS, true);
    }

    @Test
    void anEncoderWithoutWindowsGoesOnWithAPiece() {
        Encoder encoder = StreamingTaggerEncodersTest.withoutWindows();
        FrameScorer scorer = new FrameScorer(probe("protobin", encoder.describe()), 3, 1, null);
        float[] x = StreamingTaggerEncodersTest.noise(7 * 25 * 640 + 9000);
        EventRules rules = rules(scorer.scores(encoder.encode(x)), 5, 0.1, 0);
        compare(encoder, scorer, rules, x, 12, true);
    }

    @Test
    void aStateOfOtherClassesIsRefused() {
        Encoder encoder = Encoders.embedded();
        FrameScorer scorer = new FrameScorer(probe("protobin", encoder.describe()), 1, 1, null);
        Event event = new Event(CLASSES.size(), 0, 1, 0.5f, 0.5, new Band(0, 8000, true));
        TaggerState state = new TaggerState(9, List.of(new TaggerState.Pending(event, true, true)));
        EventRules rules = EventRules.threshold(CLASSES.size(), 0.5);
        assertThatThrownBy(() -> new StreamingTagger(encoder, scorer, rules, 0, () -> 9, _ -> {}, state))
                .hasMessageContaining("class 3 of 3");
        assertThatThrownBy(() -> new TaggerState(-1, List.of())).hasMessageContaining("-1 rows");
        StreamingTagger tagger = new StreamingTagger(encoder, scorer, rules, _ -> {});
        tagger.accept(new float[9000], 0, 9000);
        tagger.finish();
        assertThatThrownBy(tagger::state).hasMessageContaining("after the end");
    }
}
