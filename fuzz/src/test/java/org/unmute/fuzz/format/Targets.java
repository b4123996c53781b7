package org.unmute.fuzz.format;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All targets. */
public final class Targets {
    private static final List<FuzzTarget> ALL = Stream.of(
                    CheckpointTargets.all(),
                    AudioTargets.all(),
                    TableTargets.all(),
                    StoreTargets.all(),
                    GatheredTargets.all())
            .flatMap(List::stream)
            .toList();

    private Targets() {}

    /** All targets, in the order in which they run. */
    public static List<FuzzTarget> all() {
        return ALL;
    }

    /** The names of all targets, in the same order. */
    public static List<String> names() {
        return ALL.stream().map(FuzzTarget::name).toList();
    }

    /**
     * Finds a target by name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static FuzzTarget named(String name) {
        return ALL.stream()
                .filter(t -> t.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("fuzz: no target '" + name + "': there are "
                        + names().stream().collect(Collectors.joining(", "))));
    }
}
