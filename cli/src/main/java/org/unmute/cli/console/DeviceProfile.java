package org.unmute.cli.console;

import java.io.PrintWriter;
import java.util.Locale;
import org.unmute.data.provenance.Units;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.backend.Profiled;
import org.unmute.tensor.backend.WorkProfile;

/** The output of {@code --profile}: the kernels that ran on the device, and copies to and from it. */
public final class DeviceProfile {
    private DeviceProfile() {}

    /**
     * Starts to record kernels and copies.
     *
     * @throws CommandException if the backend does not support profiling
     */
    public static void begin(Backend backend) {
        if (!(backend instanceof Profiled device)) {
            throw CommandException.usage("--profile: backend " + backend.name()
                    + " runs on the processor and counts no launches: choose a device, such as --device"
                    + " opencl");
        }
        device.profile().reset();
        device.profile().measure(true);
    }

    /** Prints the profile of the current backend, which is opened if none is. */
    public static void end(PrintWriter err) {
        Backend backend = Backends.current();
        if (!(backend instanceof Profiled device)) {
            return;
        }
        WorkProfile profile = device.profile();
        profile.measure(false);
        WorkProfile.Transfers copied = profile.transfers();
        WorkProfile.Peak peak = profile.peak();
        double all =
                profile.entries().stream().mapToLong(WorkProfile.Entry::nanos).sum() / 1e9;
        ConsoleTable table = new ConsoleTable(
                        "kernel", "launches", "ms", "% of time", "MB", "GB/s", "GFLOP/s", "% of peak")
                .decimals(1);
        for (WorkProfile.Entry e : profile.entries()) {
            double seconds = e.nanos() / 1e9;
            table.row(
                    e.kernel(),
                    e.launches(),
                    1e3 * seconds,
                    100 * seconds / all,
                    e.bytes() / 1e6,
                    e.bytes() / seconds / 1e9,
                    e.operations() == 0 ? null : e.operations() / seconds / 1e9,
                    100 * e.shareOf(peak));
        }
        err.println();
        err.println("profile of " + backend.name() + ": " + backend.describe());
        table.print(err);
        err.printf(
                Locale.ROOT,
                "kernels took %.3f s; copies to and from the device: %,d, %s there, %s back%n",
                all,
                copied.count(),
                Units.bytes(copied.toDevice()),
                Units.bytes(copied.fromDevice()));
        err.printf(
                Locale.ROOT,
                "peak, as measured now: %.1f GB/s for a copy within the device, %.0f GFLOP/s in float32; a kernel's %%"
                        + " of peak is the larger of both shares%n",
                peak.bytesPerSecond() / 1e9,
                peak.operationsPerSecond() / 1e9);
        err.flush();
    }
}
