package org.unmute.cli.command;

import org.unmute.cli.option.ComputeOptions;
import org.unmute.tensor.backend.Backends;
import picocli.CommandLine.Mixin;

/** A command that computes with tensors. */
abstract class ComputingCommand extends UnmuteCommand {
    @Mixin
    ComputeOptions compute;

    /**
     * Opens the requested backend, prints a line about it and records it.
     *
     * @throws Backends.UnavailableException if it cannot run on this machine
     */
    void openBackend() {
        Backends.Choice choice = compute.open();
        Backends.use(choice);
        if (compute.profile()) {
            DeviceProfile.begin(choice.backend());
        }
        record.backend(choice.backend().name(), choice.reason());
        tell(choice.reason());
    }
}
