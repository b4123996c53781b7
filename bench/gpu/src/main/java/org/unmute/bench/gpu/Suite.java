package org.unmute.bench.gpu;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestSource;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.unmute.bench.gpu.Event.Kind;
import org.unmute.kernels.contract.BackendContract;

/** Tests, run as in the build; events are reported at once. */
final class Suite implements TestExecutionListener {
    /** Errors after which CUDA refuses all further work of a process. */
    private static final Pattern LOST = Pattern.compile("CUDA_ERROR_(ILLEGAL_ADDRESS|ILLEGAL_INSTRUCTION|LAUNCH_FAILED|"
            + "LAUNCH_TIMEOUT|MISALIGNED_ADDRESS|INVALID_ADDRESS_SPACE|INVALID_PC|HARDWARE_STACK_ERROR|ASSERT|"
            + "ECC_UNCORRECTABLE|CONTEXT_IS_DESTROYED|UNKNOWN)");

    private final Consumer<Event> events;
    private TestPlan plan;

    private Suite(Consumer<Event> events) {
        this.events = events;
    }

    /**
     * Runs tests.
     *
     * @param items names of classes on the class path, or parts of {@link DeviceContract} by their simple names, such
     *     as {@code Product}, or a method of one, {@code SameBits#adamW}
     * @param without methods that are left out, as {@link Kind#METHOD} names them
     */
    static void run(List<String> items, Set<String> without, Consumer<Event> events) {
        items.stream()
                .filter(item -> select(item).isEmpty())
                .forEach(item ->
                        events.accept(Event.of(Kind.FAILED, item, "this class of tests is not on the class path")));
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(items.stream().flatMap(item -> select(item).stream()).toList())
                .filters((PostDiscoveryFilter) test -> FilterResult.includedIf(
                        !without.contains(method(test.getSource().orElse(null)))))
                .enableImplicitConfigurationParameters(false)
                .build();
        LauncherFactory.create().execute(request, new Suite(events));
    }

    private static List<DiscoverySelector> select(String item) {
        if (Suite.class.getResource("/" + item.replace('.', '/') + ".class") != null) {
            return List.of(DiscoverySelectors.selectClass(item));
        }
        String[] names = item.split("#", 2);
        List<Class<?>> outer = List.of(DeviceContract.class);
        return Stream.of(BackendContract.class, DeviceContract.class)
                .flatMap(c -> Arrays.stream(c.getDeclaredClasses()))
                .filter(c -> c.getSimpleName().equals(names[0]))
                .<DiscoverySelector>map(c -> names.length == 1
                        ? DiscoverySelectors.selectNestedClass(outer, c)
                        : DiscoverySelectors.selectNestedMethod(outer, c, names[1]))
                .toList();
    }

    /** Whether the device takes no more work after this. */
    static boolean isLost(Throwable why) {
        for (Throwable t = why; t != null; t = t.getCause()) {
            if (LOST.matcher(String.valueOf(t.getMessage())).find()) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void testPlanExecutionStarted(TestPlan started) {
        plan = started;
    }

    @Override
    public void executionStarted(TestIdentifier test) {
        if (test.isTest()) {
            events.accept(Event.of(Kind.BEGUN, method(test), path(test)));
        }
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        events.accept(Event.of(Kind.SKIPPED, reason));
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        Throwable why = result.getThrowable().orElse(null);
        switch (result.getStatus()) {
            case SUCCESSFUL -> {
                if (test.isTest()) {
                    events.accept(Event.of(Kind.PASSED));
                }
            }
            case ABORTED -> events.accept(Event.of(Kind.SKIPPED, why == null ? "" : String.valueOf(why.getMessage())));
            case FAILED -> {
                events.accept(Event.of(Kind.FAILED, path(test), String.valueOf(why)));
                if (isLost(why)) {
                    events.accept(Event.of(Kind.LOST, method(test)));
                }
            }
        }
        if (isMethod(Optional.of(test)) && !isMethod(plan.getParent(test))) {
            events.accept(Event.of(Kind.METHOD, method(test)));
        }
    }

    private static boolean isMethod(Optional<TestIdentifier> test) {
        return test.flatMap(TestIdentifier::getSource)
                .filter(MethodSource.class::isInstance)
                .isPresent();
    }

    /** The method of a test, also of a dynamic one. */
    private String method(TestIdentifier test) {
        Optional<TestIdentifier> t = Optional.of(test);
        while (t.isPresent() && !isMethod(t)) {
            t = plan.getParent(t.get());
        }
        return method(t.flatMap(TestIdentifier::getSource).orElse(null));
    }

    private static String method(TestSource source) {
        return source instanceof MethodSource m
                ? m.getClassName().replaceAll(".*[.$]", "") + "#" + m.getMethodName()
                : "";
    }

    private String path(TestIdentifier test) {
        StringBuilder path = new StringBuilder(test.getDisplayName());
        for (var t = plan.getParent(test);
                t.isPresent() && t.get().getParentId().isPresent();
                t = plan.getParent(t.get())) {
            path.insert(0, t.get().getDisplayName() + " > ");
        }
        return path.toString();
    }
}
