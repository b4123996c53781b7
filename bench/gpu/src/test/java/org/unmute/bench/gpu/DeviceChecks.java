package org.unmute.bench.gpu;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleSupplier;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.unmute.bench.gpu.StepWorker.Message;
import org.unmute.bench.gpu.rows.Case;
import org.unmute.bench.table.PipeTable;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.backend.Profiled;
import org.unmute.tensor.backend.WorkProfile.Peak;
import org.unmute.tensor.backend.WorkProfile.Unit;

/**
 * Opens the device, and runs the rows: system properties name the device and the rows. Surefire does not run it, by its
 * name.
 */
final class DeviceChecks {
    static final String SIZES = "unmute.check.sizes";
    static final String ROWS = "unmute.check.rows";
    static final String ROW_SECONDS = "unmute.check.row-seconds";
    /** The end of the check's time, in milliseconds since 1970. */
    static final String UNTIL = "unmute.check.until";

    static final String TORCH = "unmute.check.torch";
    static final String PYTHON = "unmute.check.python";
    static final String SCRIPT = "unmute.check.script";
    static final String PEAK = "unmute.check.peak";

    private final String device = System.getProperty(DeviceContract.DEVICE);

    /** Reports what the device is and reaches. */
    @Test
    void opens() {
        try (Backend backend = Backends.open(device, 0).backend()) {
            StepWorker.send(Message.POINT, backend.describe());
            if (backend instanceof Profiled profiled) {
                Peak peak = profiled.profile().peak();
                StepWorker.send(Message.POINT, describe(peak));
                StepWorker.send(
                        Message.PEAK,
                        DoubleStream.concat(
                                        DoubleStream.of(peak.bytesPerSecond()),
                                        Arrays.stream(Unit.values()).mapToDouble(peak::operationsPerSecond))
                                .mapToObj(String::valueOf)
                                .collect(Collectors.joining(" ")));
            }
        } catch (Backends.UnavailableException e) {
            Assumptions.abort(e.getMessage());
        }
    }

    private static String describe(Peak p) {
        return PipeTable.format(
                        "Measured peak: %.0f GFLOP/s (float32, fused multiply and add), %.0f GB/s (copy, read and"
                                + " written)",
                        p.operationsPerSecond() / 1e9, p.bytesPerSecond() / 1e9)
                + (p.halfPerSecond() == 0
                        ? ""
                        : PipeTable.format(
                                ", tensor cores by mma.sync %.0f (TF32), %.0f (16 bits), %.0f (8 bits)",
                                p.tf32PerSecond() / 1e9, p.halfPerSecond() / 1e9, p.wholePerSecond() / 1e9));
    }

    /** What a message of {@link #opens} says; zeros if there was none. */
    static Peak peak(String told) {
        double[] x = told.isEmpty()
                ? new double[5]
                : Stream.of(told.split(" ")).mapToDouble(Double::parseDouble).toArray();
        return new Peak(x[0], x[1], x[2], x[3], x[4]);
    }

    /** The precisions that a device has kernels of. */
    static Set<Case.Precision> precisions(String device) {
        return device.startsWith("cuda") ? EnumSet.allOf(Case.Precision.class) : EnumSet.of(Case.Precision.FP32);
    }

    /** Every row at small sizes has the CPU's results. */
    @TestFactory
    Stream<DynamicTest> small() {
        RowRunner rows = new RowRunner(Backends.open(device, 0));
        return Case.all(Case.Sizes.SMALL, precisions(device)).stream()
                .map(c -> DynamicTest.dynamicTest(c.id(), () -> rows.check(c)));
    }

    /** Times rows while there is time, and judges them. */
    @TestFactory
    Stream<DynamicTest> timed() {
        Case.Sizes sizes = Case.Sizes.valueOf(System.getProperty(SIZES));
        List<String> wanted = List.of(System.getProperty(ROWS).split(","));
        List<Case> cases = Case.all(sizes, precisions(device)).stream()
                .filter(c -> wanted.contains(c.id()))
                .toList();
        long until = Long.getLong(UNTIL);
        DoubleSupplier left = () -> (until - System.currentTimeMillis()) / 1e3;
        double expected = Double.parseDouble(System.getProperty(ROW_SECONDS));
        Peak peak = peak(System.getProperty(PEAK));
        Map<String, CheckResult> results = new HashMap<>();
        TorchSession torch = new TorchSession(
                TorchSession.Way.valueOf(System.getProperty(TORCH)),
                List.of(
                        System.getProperty(PYTHON),
                        System.getProperty(SCRIPT),
                        device.startsWith("cuda") ? device.contains(":") ? device : "cuda:0" : "cpu"),
                left);
        StepWorker.send(Message.POINT, torch.open());
        Timings timings = new Timings(Backends.open(device, 0), torch, sizes.roundSeconds);
        List<DynamicTest> tests = new ArrayList<>();
        for (Case c : cases) {
            tests.add(DynamicTest.dynamicTest(c.id(), () -> {
                if (left.getAsDouble() < expected) {
                    StepWorker.send(Message.LATE, c.id());
                    Assumptions.abort("no time is left");
                }
                StepWorker.send(Message.TIMING, c.id());
                CheckResult result;
                try {
                    result = timings.time(c);
                } catch (RuntimeException | OutOfMemoryError e) {
                    String why =
                            String.valueOf(e.getMessage()).lines().findFirst().orElse("");
                    StepWorker.send(Message.ROW, CheckResult.failed(c.id(), why).line(c, peak));
                    throw e;
                }
                results.put(c.id(), result);
                StepWorker.send(Message.ROW, result.line(c, peak));
                if (!result.isGood()) {
                    throw new AssertionError(result.agreement());
                }
            }));
        }
        return tests.stream().onClose(() -> {
            torch.close();
            if (sizes == Case.Sizes.FULL && device.startsWith("cuda")) {
                Goal.ALL.stream()
                        .map(g -> g.judge(results))
                        .filter(j -> !j.isEmpty())
                        .forEach(j -> StepWorker.send(Message.POINT, j));
            }
        });
    }
}
