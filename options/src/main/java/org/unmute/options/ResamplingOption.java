package org.unmute.options;

import org.unmute.events.encoder.Resampling;
import picocli.CommandLine.Option;

/** The option that sets the filter for recordings with another sample rate. */
@HelpTopic("Sound")
public final class ResamplingOption {
    @Option(
            names = "--resample",
            paramLabel = "FILTER",
            defaultValue = "hann",
            description = "How other sample rates are converted: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE},"
                    + " torchaudio's).")
    private Resampling resampling;

    /** The resampling filter. */
    public Resampling filter() {
        return resampling;
    }
}
