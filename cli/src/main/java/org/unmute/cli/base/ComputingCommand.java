package org.unmute.cli.base;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import org.unmute.audio.playback.Speed;
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
            return openedAtSpeed(given, source, whose);
        }
        List<String> names =
                given.givenNames().stream().filter(n -> !n.equals("speed")).toList();
        if (!names.isEmpty()) {
            throw CommandException.usage("--" + names.getFirst() + " goes with --encoder: the " + whose
                    + "'s own encoder is opened with the options on record");
        }
        requireSpeed(given, source, whose);
        return WarmStart.awaitedBy(source.openEncoder(compute.digests()));
    }

    /**
     * Opens the encoder given on the command line at the speed of recordings that a probe's run recorded.
     *
     * @param whose what to call the run in an error
     * @throws CommandException if another speed is given
     */
    protected OpenEncoder openedAtSpeed(EncoderOptions given, SavedProbe source, String whose) throws IOException {
        requireSpeed(given, source, whose);
        return opened(given, source.speed().orElse(Speed.NORMAL));
    }

    private static void requireSpeed(EncoderOptions given, SavedProbe source, String whose) throws IOException {
        Optional<Speed> recorded = source.speed();
        Speed own = given.speed();
        if (own != null && recorded.isPresent() && !own.equals(recorded.get())) {
            throw CommandException.input("--speed " + own + ": the " + whose + " learned on recordings at speed "
                    + recorded.get() + ": leave --speed out, or train it at this one");
        }
    }

    /**
     * Opens the encoder given on the command line and waits for its warm-up; says which tensors of its file are not
     * used.
     */
    protected OpenEncoder opened(EncoderOptions encoder) throws IOException {
        return opened(encoder, Speed.NORMAL);
    }

    private OpenEncoder opened(EncoderOptions encoder, Speed usual) throws IOException {
        OpenEncoder own = encoder.open(compute.digests(), usual);
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
