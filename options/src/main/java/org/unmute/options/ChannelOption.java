package org.unmute.options;

import org.unmute.events.recording.ChannelChoice;
import org.unmute.files.SettingsException;
import picocli.CommandLine.Option;

/** The option that sets which channels of recordings are read. */
@HelpTopic("Sound")
public final class ChannelOption {
    @Option(
            names = "--channels",
            paramLabel = "WHICH",
            defaultValue = "mix",
            description = "Channels to read: mix (their mean), each (every channel by itself, with ids like a.wav#ch2),"
                    + " or the number of one, from 1 (default: ${DEFAULT-VALUE}).")
    private String channels;

    /**
     * The channels to read.
     *
     * @throws SettingsException if the option is none of these
     */
    public ChannelChoice choice() {
        return ChannelChoice.parse(channels);
    }
}
