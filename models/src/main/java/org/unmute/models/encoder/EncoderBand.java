package org.unmute.models.encoder;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.unmute.audio.playback.Speed;
import org.unmute.models.frontend.MelBands;

/**
 * The frequencies of recordings that an encoder hears.
 *
 * @param encoder its name
 * @param speed at which recordings are played to it
 * @param low in Hz of the recording
 * @param high in Hz of the recording
 */
public record EncoderBand(String encoder, Speed speed, double low, double high) {
    /** What an encoder hears at the speed that is set: its mel bands, below half its rate. */
    public static EncoderBand of(EncoderSpec spec) {
        double nyquist = spec.sampleRate() / 2.0;
        MelBands bands = spec.input().bands();
        double low = bands == null ? 0 : bands.lowHz();
        double high = bands == null ? nyquist : Math.min(nyquist, bands.highHz());
        Speed speed = spec.speed();
        return new EncoderBand(spec.name(), speed, speed.recordedHertz(low), speed.recordedHertz(high));
    }

    /**
     * Why nothing of a recording is heard at a speed that was set; null if something is.
     *
     * @param rate of the recording in Hz
     */
    public @Nullable String nothingOf(int rate) {
        if (speed.isNormal() || rate / 2.0 > low) {
            return null;
        }
        return String.format(
                Locale.ROOT,
                "nothing is left to hear at speed %s: what was recorded at %d Hz is played up to %.3g Hz, and %s hears"
                        + " from %.3g Hz on",
                speed,
                rate,
                speed.value() * rate / 2,
                encoder,
                speed.value() * low);
    }
}
