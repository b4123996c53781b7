package org.unmute.cli.base;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.console.DeviceProfile;
import org.unmute.cli.option.ComputeOptions;
import org.unmute.cli.option.WarmStart;
import org.unmute.cli.probe.SavedProbe;
import org.unmute.events.encoder.OpenEncoder;
import org.unmute.options.EncoderOptions;
import org.unmute.tensor.backend.Backends;
import picocli.CommandLine.Mixin;

/** A command that computes with tensors. */
public abstract class ComputingCommand extends UnmuteCommand {
    @Mixin
    protected ComputeOptions compute;

    /**
     * Opens the requested backend, prints a line about it and records it.
     *
     * @throws Backends.UnavailableException if it cannot run on this machine
     */
    protected void openBackend() {
        Backends.Choice choice = compute.open();
        Backends.use(choice);
        if (compute.profile()) {
            DeviceProfile.begin(choice.backend());
        }
        record.backend(choice.backend().name(), choice.reason());
        tell(choice.reason());
    }

    /**
     * Opens the encoder given on the command line, else the one of a probe's run.
     *
     * @param whose what to call the run in an error
     */
    protected OpenEncoder opened(EncoderOptions given, SavedProbe source, String whose) throws IOException {
        if (matched("--encoder")) {
            return opened(given);
        }
        List<String> names = given.givenNames();
        if (!names.isEmpty()) {
            throw CommandException.usage("--" + names.getFirst() + " goes with --encoder: the " + whose
                    + "'s own encoder is opened with the options on record");
        }
        return WarmStart.awaitedBy(source.openEncoder(compute.digests()));
    }

    /**
     * Opens the encoder given on the command line and waits for its warm-up; says which tensors of its file are not
     * used.
     */
    protected OpenEncoder opened(EncoderOptions encoder) throws IOException {
        OpenEncoder own = encoder.open(compute.digests());
        own.remark().ifPresent(this::tell);
        return WarmStart.awaitedBy(own);
    }

    /** Prints the profile of the device after the command, if it was requested. */
    public void printProfile(PrintWriter err) {
        // Only if requested: this opens a backend, which most commands without tensors never need.
        if (compute.profile()) {
            DeviceProfile.end(err);
        }
    }
}
