package org.unmute.probes.pool;

import java.util.List;
import java.util.function.Function;

/**
 * A probe that {@link Probes} makes by name.
 *
 * @param name what the command line, grids and saved probes call it: lower-case letters, digits and hyphens
 * @param options names of its options ({@link ProbeOptions})
 * @param hasPrototypes whether it compares tokens with prototypes, so that its scores are cosines: training then takes
 *     a higher learning rate, and {@code explain} shows which token matches each prototype
 * @param needsLayers whether it pools the tokens of all layers of the encoder ({@link TokenBatch#layers()}), not of the
 *     last only
 * @param fresh makes one whose parameters are to be trained
 * @param restored makes one from given parameters
 */
public record ProbeType(
        String name, List<String> options, boolean hasPrototypes, boolean needsLayers, Fresh fresh, Restored restored) {
    /** @throws IllegalArgumentException if the name has other characters */
    public ProbeType {
        if (!name.matches("[a-z][a-z0-9-]*")) {
            throw new IllegalArgumentException(
                    "probe type: a name has lower-case letters, digits and hyphens and begins" + " with a letter: '"
                            + name + "'");
        }
        options = List.copyOf(options);
    }

    /**
     * A probe without prototypes that pools the last layer, made in two ways. Its {@link Probe#options()} must state
     * every option with the value in force; one function for both ways cannot forget any.
     */
    public ProbeType(String name, List<String> options, Fresh fresh, Restored restored) {
        this(name, options, false, false, fresh, restored);
    }

    /**
     * A probe without prototypes that pools the last layer.
     *
     * @param maker makes one, fresh or from given parameters, and asks the source for every parameter and option
     */
    public ProbeType(String name, List<String> options, Function<ParameterSource, Probe> maker) {
        this(name, options, new SourceMaker(maker));
    }

    private ProbeType(String name, List<String> options, SourceMaker maker) {
        this(name, options, false, false, maker, maker);
    }

    /** The same with {@link #hasPrototypes}. */
    public ProbeType withPrototypes() {
        return new ProbeType(name, options, true, needsLayers, fresh, restored);
    }

    /** The same with {@link #needsLayers}. */
    public ProbeType withLayers() {
        return new ProbeType(name, options, hasPrototypes, true, fresh, restored);
    }

    /** Makes a probe with fresh parameters. */
    @FunctionalInterface
    public interface Fresh {
        /**
         * @param name the type's name
         * @param layout the tokens it will see
         * @param classes number of classes, at least 1
         * @param options only those that the type has
         * @param init the source of every parameter
         * @throws IllegalArgumentException if an option's value or the layout does not fit
         */
        Probe create(String name, TokenLayout layout, int classes, ProbeOptions options, Initializer init);
    }

    /** Makes a probe from given parameters. */
    @FunctionalInterface
    public interface Restored {
        /**
         * @param name the type's name
         * @param hasCls whether the encoder gives a cls token
         * @param options only those that the type has; one that states a size must agree with the parameters' shapes
         * @param parameters parameters and buffers; every one must be taken
         * @throws IllegalArgumentException if a parameter is missing or has another shape, or an option does not fit
         */
        Probe create(String name, boolean hasCls, ProbeOptions options, ParameterMap parameters);
    }
}
