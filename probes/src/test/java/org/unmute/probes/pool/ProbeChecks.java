package org.unmute.probes.pool;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.opentest4j.AssertionFailedError;

/**
 * What the tests have to know about one probe. Every probe that {@link Probes#names} lists has a line in {@link #ALL},
 * or tests fail; {@code docs/adding-a-probe.md} explains the parts.
 *
 * @param name the probe
 * @param noReference why no golden file holds numbers of a reference implementation; empty if one does
 * @param small options that make it small and free of random decisions where the defaults do not, separated by spaces
 * @param variants further options whose gradients and contributions are checked, separated by spaces; with
 *     {@code small} they give every option of the probe a value
 * @param noGradients why central differences do not check its gradients; empty if they do
 * @param constants parameters that start the same with every seed
 * @param map what {@link Probe#similarityMap} gives
 * @param condensedTokens tokens of a clip after {@link Probe#condensed}, on a grid of two columns; 0 if it gives none
 * @param needsCls whether it refuses tokens without a cls token
 */
public record ProbeChecks(
        String name,
        String noReference,
        String small,
        List<String> variants,
        String noGradients,
        List<String> constants,
        MapKind map,
        int condensedTokens,
        boolean needsCls) {
    /** How a similarity map relates to the descriptor. */
    public enum MapKind {
        /** There is no map. */
        NONE,
        /** Weights that sum to 1 over the tokens. */
        ATTENTION,
        /** Similarities or logits whose maximum over the tokens is the descriptor. */
        MAXIMUM,
        /** Similarities whose minimum and maximum are the first and third of three features a prototype. */
        EXTREMES
    }

    private static final List<ProbeChecks> ALL = List.of(
            golden("linear").condensedTo(1).variants("norm=layer", "rows=true", "norm=layer rows=true"),
            golden("linear-mean").condensedTo(1).variants("norm=layer", "rows=true"),
            golden("mlp").condensedTo(1).variants("activation=relu hidden=3", "input=mean hidden=5", "rows=true"),
            withoutReference("mlp-time", "nobody else has it: MlpTimeProbeTest compares it with plain loops")
                    .small("dropout=0 hidden=5")
                    .variants("scales=2", "rows=true"),
            golden("linearc-clsmean").condensedTo(1).withCls(),
            golden("linearc-freqconcat").condensedTo(2).variants("freq=2", "rows=true"),
            golden("conv")
                    .variants("pool=max kernel=5 activation=gelu channels=3", "kernel=1 activation=none", "rows=true"),
            golden("linpre").map(MapKind.MAXIMUM).variants("pool=logsumexp", "pool=mean"),
            golden("mhca").map(MapKind.ATTENTION).variants("heads=1", "token-norm=batch"),
            golden("ep").map(MapKind.ATTENTION).variants("queries=1", "queries=2", "norm=batch"),
            golden("simpool")
                    .map(MapKind.ATTENTION)
                    .constant("norm_patches.weight", "norm_patches.bias")
                    .variants("gamma=1.5", "gamma=1.5 minimum=batch", "norm=batch"),
            golden("abmilp").map(MapKind.ATTENTION).variants("norm=batch"),
            golden("abmilp-sa").map(MapKind.ATTENTION).variants("values=raw", "norm=batch"),
            golden("proto")
                    .map(MapKind.MAXIMUM)
                    .constant("last_layer.weight", "last_layer.bias")
                    .variants(
                            "prototypes=3",
                            "preset=birdmae",
                            "upsample=2",
                            "grid=reshaped upsample=3",
                            "focal=true orthogonality=0.5",
                            "connection=all others=0.25",
                            "connection=all preset=birdmae"),
            golden("protobin")
                    .map(MapKind.MAXIMUM)
                    .variants(
                            "prototypes=1",
                            "dropout=0.25 topk=2",
                            "rows=true",
                            "bands=columns",
                            "extremes=true",
                            "extremes=true rows=true")
                    .withoutGradients(
                            "the sign has none: ProbesTest.theSignIsTransparentToGradients takes protofloat's"),
            golden("protofloat")
                    .map(MapKind.MAXIMUM)
                    .variants("prototypes=3 dropout=0.25 topk=2", "rows=true", "bands=columns", "extremes=true"),
            golden("cgp")
                    .small("total=6 dropout=0")
                    .map(MapKind.EXTREMES)
                    .constant("block_attention")
                    .variants("middle=mean layers=3", "rows=true"),
            withoutReference("linear-layers", "FrameGoldenTest has the numbers of the authors' head")
                    .small("dropout=0")
                    .constant("block_attention", "ln.weight", "ln.bias")
                    .variants("input=mean layers=3", "rows=true"),
            withoutReference("head2toe", "FrameGoldenTest has the numbers of the authors' head")
                    .small("dropout=0")
                    .constant("ln.weight", "ln.bias")
                    .variants("input=mean layers=3", "lasso=0.5", "rows=true"),
            withoutReference("knn", "it has no parameters: KnnProbeTest compares it with plain loops")
                    .condensedTo(1)
                    .withoutGradients("it has no parameters")
                    .variants("k=1", "k=3 weights=equal keep=7", "temperature=0.5"));

    private static final Map<String, ProbeChecks> BY_NAME =
            ALL.stream().collect(Collectors.toMap(ProbeChecks::name, Function.identity()));

    /** A probe of which {@code src/test/resources/golden/probes} holds reference numbers. */
    private static ProbeChecks golden(String name) {
        return new ProbeChecks(name, "", "", List.of(), "", List.of(), MapKind.NONE, 0, false);
    }

    /** A probe without reference numbers, and why there are none. */
    private static ProbeChecks withoutReference(String name, String reason) {
        return new ProbeChecks(name, reason, "", List.of(), "", List.of(), MapKind.NONE, 0, false);
    }

    private ProbeChecks small(String options) {
        return new ProbeChecks(
                name, noReference, options, variants, noGradients, constants, map, condensedTokens, needsCls);
    }

    private ProbeChecks variants(String... options) {
        return new ProbeChecks(
                name, noReference, small, List.of(options), noGradients, constants, map, condensedTokens, needsCls);
    }

    private ProbeChecks withoutGradients(String reason) {
        return new ProbeChecks(name, noReference, small, variants, reason, constants, map, condensedTokens, needsCls);
    }

    private ProbeChecks constant(String... parameters) {
        return new ProbeChecks(
                name, noReference, small, variants, noGradients, List.of(parameters), map, condensedTokens, needsCls);
    }

    private ProbeChecks map(MapKind kind) {
        return new ProbeChecks(
                name, noReference, small, variants, noGradients, constants, kind, condensedTokens, needsCls);
    }

    private ProbeChecks condensedTo(int tokens) {
        return new ProbeChecks(name, noReference, small, variants, noGradients, constants, map, tokens, needsCls);
    }

    private ProbeChecks withCls() {
        return new ProbeChecks(name, noReference, small, variants, noGradients, constants, map, condensedTokens, true);
    }

    /**
     * The checks of a probe.
     *
     * @throws AssertionFailedError naming the file to edit if it has none
     */
    public static ProbeChecks of(String name) {
        ProbeChecks checks = BY_NAME.get(name);
        if (checks == null) {
            throw new AssertionFailedError("probe " + name + " has no checks: add a line to ALL in"
                    + " probes/src/test/java/org/unmute/probes/pool/ProbeChecks.java; docs/adding-a-probe.md"
                    + " explains it");
        }
        return checks;
    }

    /** Whether its logits are sums of parts: those of the nearest training clips are not. */
    static boolean isDecomposed(String name) {
        return !name.equals("knn");
    }

    /** Those that have a line here. */
    static List<String> names() {
        return ALL.stream().map(ProbeChecks::name).toList();
    }

    /** Name and options of every probe, {@link #small}; with {@code -Dunmute.probe=NAME} of that one alone. */
    @SuppressWarnings("exports") // JUnit is on the class path
    public static Stream<Arguments> probes() {
        return selected().map(name -> Arguments.of(name, of(name).small));
    }

    /** {@link #probes} and their {@link #variants}. */
    @SuppressWarnings("exports") // JUnit is on the class path
    public static Stream<Arguments> probesAndVariants() {
        return selected()
                .flatMap(name -> Stream.concat(Stream.of(""), of(name).variants.stream())
                        .map(options -> Arguments.of(name, (of(name).small + " " + options).strip())));
    }

    private static Stream<String> selected() {
        return Probes.names().stream().filter(ProbeChecks::isSelected);
    }

    /** Whether {@code -Dunmute.probe} does not select another probe. */
    public static boolean isSelected(String name) {
        return allSelected()
                || Probes.type(System.getProperty("unmute.probe")).name().equals(name);
    }

    /** Whether {@code -Dunmute.probe} selects no single probe. */
    public static boolean allSelected() {
        return System.getProperty("unmute.probe", "").isEmpty();
    }

    /** Options written with spaces between them. */
    public static ProbeOptions parse(String options) {
        return options.isEmpty() ? ProbeOptions.DEFAULTS : ProbeOptions.parse(options.split(" "));
    }
}
