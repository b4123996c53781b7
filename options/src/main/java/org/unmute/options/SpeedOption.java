package org.unmute.options;

import org.unmute.audio.playback.Speed;
import org.unmute.events.encoder.GivenSettings;
import org.unmute.files.SettingsException;
import picocli.CommandLine.Option;

/** The option that sets the speed at which recordings are played to an encoder. */
@HelpTopic("Sound")
public final class SpeedOption {
    @Option(
            names = "--speed",
            paramLabel = "X",
            description =
                    "Play recordings to the encoder X times as fast: 0.1 for bats, whose 40 kHz it then hears at 4"
                            + " kHz, 10 for whales; 0.001 to 1000. Seconds and Hz of options, tables and labels stay"
                            + " those of the recordings (default: 1).")
    private String speed;

    /** The option's value as given; null if it is not given. */
    public String text() {
        return speed;
    }

    /**
     * The speed, by default the one at which recordings were made.
     *
     * @throws SettingsException if the value is no speed
     */
    public Speed speed() {
        return GivenSettings.speed(speed);
    }
}
