package org.unmute.report.clip;

import java.util.ArrayList;
import java.util.List;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.TokenMap;
import org.unmute.models.encoder.TokenPlace;
import org.unmute.models.frontend.MelBands;
import org.unmute.probes.truth.TrainingBoxes;
import org.unmute.report.clip.ClipFigure.Box;
import org.unmute.report.clip.ClipFigure.Height;
import org.unmute.report.clip.ClipFigure.Point;
import org.unmute.report.page.AxisTick;

/**
 * The axes shared by all figures of a clip: time from 0 to the end of the recording or the tokens, frequency over the
 * mel bands.
 */
final class ClipAxes {
    private static final int[] TICKS = {100, 200, 500, 1000, 2000, 4000, 8000, 16_000};
    /** Minimum distance between labels, as a fraction of the axis. */
    private static final double NEAR = 0.11;

    private static final double NEAR_IN_MAPS = 0.25;
    /** Number of mel bands of the spectrogram if the encoder's input has none. */
    private static final int DEFAULT_BANDS = 80;

    private static final double LOW_HZ = 20;

    private final EncoderSpec spec;
    private final TokenMap tokens;
    private final MelBands bands;
    private final double end;

    ClipAxes(ClipExplanation clip) {
        spec = clip.encoder();
        tokens = clip.features().tokens();
        bands = spec.input().bands() == null
                ? new MelBands(DEFAULT_BANDS, LOW_HZ, spec.sampleRate() / 2.0)
                : spec.input().bands();
        end = Math.max(clip.seconds(), tokenBoxSeconds(tokens.time() - 1) + row() / 2);
    }

    /** The mel bands of the spectrogram, in Hz as it is played to the encoder. */
    MelBands bands() {
        return bands;
    }

    /** Length of the time axis in seconds. */
    double end() {
        return end;
    }

    /** Time in seconds from one token row to the next. */
    private double row() {
        return spec.rowTimes().rowSeconds();
    }

    /** Time of the middle of a token row, in seconds. */
    private double tokenBoxSeconds(int t) {
        TokenPlace place = spec.place(t, 0);
        return (place.start() + place.end()) / 2;
    }

    /** The box of the token map, in which the centre of each token lies at the centre of its patch. */
    Box tokenBox() {
        double left = tokenBoxSeconds(0) - row() / 2;
        double right = tokenBoxSeconds(tokens.time() - 1) + row() / 2;
        if (tokens.freq() == 1 || spec.input().bands() == null) {
            return new Box(left / end, right / end, 0, 1);
        }
        double low = middle(0);
        double high = middle(tokens.freq() - 1);
        double half = (high - low) / (tokens.freq() - 1) / 2;
        return new Box(left / end, right / end, low - half, high + half);
    }

    private double middle(int f) {
        TokenPlace place = spec.place(0, f);
        return (place.firstBand() + place.lastBand() + 1) / 2.0 / bands.count();
    }

    /** The centre of a token. */
    Point point(int token) {
        Box box = tokenBox();
        double t = (token / tokens.freq() + 0.5) / tokens.time();
        double f = (token % tokens.freq() + 0.5) / tokens.freq();
        return new Point(box.left() + t * (box.right() - box.left()), box.bottom() + f * (box.top() - box.bottom()));
    }

    /** A box as the class's training boxes are, by their medians, around the time of a token. */
    Box around(int token, TrainingBoxes.OfClass taught) {
        double x = point(token).x();
        double half = taught.seconds().median() / 2 / end;
        double speed = spec.speed().value();
        return new Box(
                Math.max(0, x - half),
                Math.min(1, x + half),
                Math.clamp(bands.position(taught.low().median() * speed), 0, 1),
                Math.clamp(bands.position(taught.high().median() * speed), 0, 1));
    }

    /** Height class of token maps. */
    Height tokenHeight() {
        return tokens.freq() == 1 ? Height.FLAT : Height.MEDIUM;
    }

    /** Labels of the spectrogram's frequency axis. */
    List<AxisTick> spectrogramTicks() {
        return ticks(NEAR);
    }

    /** Labels of token maps: fewer labels, and none if tokens span all frequencies. */
    List<AxisTick> tokenTicks() {
        return tokens.freq() == 1 ? List.of() : ticks(NEAR_IN_MAPS);
    }

    private List<AxisTick> ticks(double apart) {
        List<AxisTick> ticks = new ArrayList<>();
        // from high frequencies, where bands are wide, to low ones
        for (int i = TICKS.length - 1; i >= 0; i--) {
            double at = bands.position(TICKS[i] * spec.speed().value());
            if (TICKS[i] * spec.speed().value() <= bands.highHz()
                    && at > 0.03
                    && (ticks.isEmpty() || ticks.getLast().position() - at >= apart)) {
                ticks.add(new AxisTick(at, TICKS[i] < 1000 ? TICKS[i] + " Hz" : TICKS[i] / 1000 + " kHz"));
            }
        }
        return ticks;
    }
}
