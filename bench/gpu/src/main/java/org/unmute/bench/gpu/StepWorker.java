package org.unmute.bench.gpu;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;
import org.unmute.bench.gpu.Event.Kind;
import org.unmute.bench.gpu.rows.Case;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.backend.Profiled;
import org.unmute.tensor.backend.WorkProfile.Peak;
import org.unmute.tensor.backend.WorkProfile.Unit;

/**
 * The process of a step: opens the device, does one kind of work and tells each result at once on standard output. It
 * ends when the check does, however that ends.
 */
final class StepWorker {
    /** The kinds of work. */
    enum Work {
        /** Opens the device and measures its peak. */
        DEVICE,
        /** Runs tests. */
        TESTS,
        /** Times rows. */
        ROWS,
        /** Runs rows once and compares them with the CPU. */
        ONCE
    }

    private static final String SEPARATOR = ",";

    private final Map<String, String> settings;
    private final Consumer<Event> events;

    private StepWorker(Map<String, String> settings, Consumer<Event> events) {
        this.settings = settings;
        this.events = events;
    }

    /** Takes the kind of work and {@code name=value} for each setting of {@link StepProcess}. */
    public static void main(String[] args) {
        PrintStream out = System.out;
        // What tests print goes to the log.
        System.setOut(System.err);
        Map<String, String> settings = new HashMap<>();
        Stream.of(args)
                .skip(1)
                .forEach(a -> settings.put(a.substring(0, a.indexOf('=')), a.substring(a.indexOf('=') + 1)));
        Thread.ofPlatform()
                .daemon()
                .start(() -> endWith(Long.parseLong(settings.get("check")), Path.of(settings.get("folder"))));
        new StepWorker(settings, e -> {
                    e.writeTo(out);
                    if (e.kind() == Kind.LOST) {
                        // Closing what is open would wait for the device.
                        Runtime.getRuntime().halt(0);
                    }
                })
                .run(Work.valueOf(args[0]));
        Event.of(Kind.END).writeTo(out);
        System.exit(0);
    }

    /** However the check ends, its steps and what it has put into its folder do not stay. */
    private static void endWith(long check, Path folder) {
        ProcessHandle.of(check).map(ProcessHandle::onExit).ifPresent(CompletableFuture::join);
        CheckFolder.removeIfPossible(folder);
        // At once: a hook could wait for a device that does not answer.
        Runtime.getRuntime().halt(1);
    }

    private void run(Work work) {
        switch (work) {
            case DEVICE -> device();
            case TESTS -> Suite.run(list("items"), Set.copyOf(list("without")), events);
            case ROWS -> rows();
            case ONCE -> once();
        }
    }

    private String setting(String name) {
        return settings.getOrDefault(name, "");
    }

    private List<String> list(String name) {
        return Arrays.stream(setting(name).split(SEPARATOR))
                .filter(s -> !s.isEmpty())
                .toList();
    }

    private String deviceName() {
        return System.getProperty(DeviceContract.DEVICE);
    }

    private void device() {
        try (Backend backend = Backends.open(deviceName(), 0).backend()) {
            events.accept(Event.of(Kind.DEVICE, backend.describe()));
            if (backend instanceof Profiled profiled) {
                Peak peak = profiled.profile().peak();
                events.accept(Event.of(
                        Kind.PEAK,
                        Stream.concat(
                                        Stream.of(peak.bytesPerSecond()),
                                        Arrays.stream(Unit.values()).map(peak::operationsPerSecond))
                                .map(String::valueOf)
                                .toArray(String[]::new)));
            }
        } catch (Backends.UnavailableException e) {
            events.accept(Event.of(Kind.NO_DEVICE, e.getMessage()));
        }
    }

    private List<Case> cases() {
        Map<String, Case> byId = new HashMap<>();
        Case.all(Case.Sizes.valueOf(setting("sizes")), EnumSet.allOf(Case.Precision.class))
                .forEach(c -> byId.put(c.id(), c));
        Set<String> without = Set.copyOf(list("without"));
        return list("items").stream()
                .filter(id -> !without.contains(id))
                .map(byId::get)
                .toList();
    }

    private void once() {
        new RowRunner(Backends.open(deviceName(), 0)).check(cases(), events);
    }

    private void rows() {
        long until = Long.parseLong(setting("until"));
        DoubleSupplier left = () -> (until - System.currentTimeMillis()) / 1e3;
        String name = deviceName();
        String where = name.startsWith("cuda") ? name.contains(":") ? name : "cuda:0" : "cpu";
        TorchSession.Way way = TorchSession.Way.valueOf(setting("torch"));
        Path folder = Path.of(setting("folder"));
        try (TorchSession torch = new TorchSession(way, setting("python"), setting("worker"), where, folder, left)) {
            events.accept(Event.of(Kind.TORCH, torch.open()));
            Timings timings = new Timings(
                    Backends.open(name, 0), torch, Case.Sizes.valueOf(setting("sizes")).roundSeconds, events);
            double expected = Double.parseDouble(setting("seconds"));
            for (Case c : cases()) {
                if (left.getAsDouble() < expected) {
                    events.accept(Event.of(Kind.LATE, c.id()));
                } else {
                    timings.time(c);
                }
            }
        }
    }
}
