package org.unmute.probes.pool;

import java.util.List;
import java.util.function.Function;
import org.unmute.tensor.nn.Initializer;

/**
 * A type of probe that {@link Probes} creates by name.
 *
 * @param name name on the command line, in grids and in saved probes: lower-case letters, digits and hyphens
 * @param options names of its options ({@link ProbeOptions})
 * @param hasPrototypes whether it compares tokens with prototypes, so that its similarities are cosines: training then
 *     uses a higher learning rate, and {@code explain} shows which token matches each prototype
 * @param needsLayers whether it pools the tokens of all layers of the encoder ({@link TokenBatch#layers()}) instead of
 *     the last only
 * @param hasNeighbours whether it compares clips with training clips that it {@linkplain Remembering keeps}, so that
 *     nothing is trained by gradients; its option {@code k} says with how many
 * @param fresh creates a probe with parameters to be trained
 * @param restored creates a probe from given parameters
 */
public record ProbeType(
        String name,
        List<String> options,
        boolean hasPrototypes,
        boolean needsLayers,
        boolean hasNeighbours,
        Fresh fresh,
        Restored restored) {
    /** @throws IllegalArgumentException if the name has other characters, or a probe with neighbours no option k */
    public ProbeType {
        if (!name.matches("[a-z][a-z0-9-]*")) {
            throw new IllegalArgumentException(
                    "probe type: a name has lower-case letters, digits and hyphens and begins" + " with a letter: '"
                            + name + "'");
        }
        options = List.copyOf(options);
        if (hasNeighbours && !options.contains("k")) {
            throw new IllegalArgumentException(
                    "probe type " + name + ": has neighbours, but no option k: it has " + options);
        }
    }

    /**
     * A probe without prototypes that pools the last layer, with one function for fresh and one for restored probes.
     * {@link Probe#options()} must return every option with its effective value. With a single function for both, none
     * can be forgotten.
     */
    public ProbeType(String name, List<String> options, Fresh fresh, Restored restored) {
        this(name, options, false, false, false, fresh, restored);
    }

    /**
     * A probe without prototypes that pools the last layer.
     *
     * @param maker creates a probe, fresh or from given parameters, and asks the source for every parameter and option
     */
    public ProbeType(String name, List<String> options, Function<ParameterSource, Probe> maker) {
        this(name, options, new SourceMaker(maker));
    }

    private ProbeType(String name, List<String> options, SourceMaker maker) {
        this(name, options, false, false, false, maker, maker);
    }

    /** A copy with {@link #hasPrototypes} set. */
    public ProbeType withPrototypes() {
        return new ProbeType(name, options, true, needsLayers, hasNeighbours, fresh, restored);
    }

    /** A copy with {@link #needsLayers} set. */
    public ProbeType withLayers() {
        return new ProbeType(name, options, hasPrototypes, true, hasNeighbours, fresh, restored);
    }

    /** A copy with {@link #hasNeighbours} set, for a probe that is {@link Remembering}. */
    public ProbeType withNeighbours() {
        return new ProbeType(name, options, hasPrototypes, needsLayers, true, fresh, restored);
    }

    /** Creates a probe with fresh parameters. */
    @FunctionalInterface
    public interface Fresh {
        /**
         * @param name the type's name
         * @param layout layout of the tokens it will receive
         * @param classes number of classes, at least 1
         * @param options contains only options of the type
         * @param init source of every parameter
         * @throws IllegalArgumentException if the value of an option or the layout does not fit
         */
        Probe create(String name, TokenLayout layout, int classes, ProbeOptions options, Initializer init);
    }

    /** Creates a probe from given parameters. */
    @FunctionalInterface
    public interface Restored {
        /**
         * @param name the type's name
         * @param hasCls whether the encoder produces a cls token
         * @param options contains only options of the type; one that states a size must agree with the parameters'
         *     shapes
         * @param parameters parameters and buffers; every one must be taken
         * @throws IllegalArgumentException if a parameter is missing or has another shape, or an option does not fit
         */
        Probe create(String name, boolean hasCls, ProbeOptions options, ParameterMap parameters);
    }
}
