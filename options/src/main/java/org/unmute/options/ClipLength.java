package org.unmute.options;

import org.unmute.audio.playback.Speed;
import org.unmute.data.ClipDivision;
import picocli.CommandLine.Option;

/** The option that sets how long recordings are divided into clips. */
@HelpTopic("Sound")
public final class ClipLength {
    @Option(
            names = "--clip",
            paramLabel = "SECONDS",
            description =
                    "Divide every recording into clips of this length, with ids like day.wav#0-600; 'whole' or 0: never"
                            + " (default: recordings of more than 20 minutes become clips of 10).")
    private String clip;

    /** Whether the option was given. */
    public boolean given() {
        return clip != null;
    }

    /**
     * The rule by which recordings are divided.
     *
     * @param speed at which they are played to the encoder; the default is of what is played
     */
    public ClipDivision.Rule rule(Speed speed) {
        return clip == null ? ClipDivision.Rule.played(speed) : ClipDivision.Rule.parse(clip);
    }
}
