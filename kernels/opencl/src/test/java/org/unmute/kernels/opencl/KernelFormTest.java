package org.unmute.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.KernelSource;
import org.unmute.kernels.device.LaunchPlan;
import org.unmute.kernels.device.fixture.DeclaredKernel;

/** The forms of a kernel, and how they are launched. */
class KernelFormTest {
    private static final Kernel WIDE = new Kernel("matmul", "matmul");
    private static final Kernel NARROW = new Kernel("matmul", "matmul_small");

    @Test
    void formsGoFromTheLargestTilesToTheSmallest() {
        assertThat(KernelForm.of(WIDE, 1024))
                .containsExactly(
                        new KernelForm(WIDE, false), new KernelForm(NARROW, false), new KernelForm(NARROW, true));
        assertThat(KernelForm.of(NARROW, 256))
                .containsExactly(new KernelForm(NARROW, false), new KernelForm(NARROW, true));
        // A device with smaller groups may refuse to compile anything larger.
        assertThat(KernelForm.of(WIDE, 255)).containsExactly(new KernelForm(NARROW, true));
    }

    @Test
    void smallerTilesGetMoreGroups() {
        LaunchPlan plan = LaunchPlan.tasks(100, LaunchPlan.TILE_ITEMS);
        assertThat(new KernelForm(WIDE, false).plan(WIDE, plan)).isSameAs(plan);
        assertThat(new KernelForm(NARROW, false).plan(NARROW, plan)).isSameAs(plan);
        assertThat(new KernelForm(NARROW, false).plan(WIDE, plan)).isEqualTo(new LaunchPlan(400, 256));
        assertThat(new KernelForm(NARROW, true).plan(WIDE, plan)).isEqualTo(new LaunchPlan(1600, 64));
        assertThat(new KernelForm(NARROW, true).plan(NARROW, plan)).isEqualTo(new LaunchPlan(400, 64));
        LaunchPlan most = LaunchPlan.tasks(LaunchPlan.MAX_GROUPS, LaunchPlan.TILE_ITEMS);
        assertThat(new KernelForm(NARROW, true).plan(WIDE, most)).isEqualTo(new LaunchPlan(LaunchPlan.MAX_GROUPS, 64));
    }

    @Test
    void kernelsWithoutTilesKeepTheirPlan() {
        LaunchPlan plan = LaunchPlan.elements(1000);
        Kernel kernel = new Kernel("softmax", "softmax");
        assertThat(new KernelForm(kernel, true).plan(kernel, plan)).isSameAs(plan);
    }

    /** A wide kernel has no form for small groups, but there is a kernel with the same arguments that has one. */
    @Test
    void everyWideKernelHasANarrowOne() {
        Set<Kernel> found = new HashSet<>();
        for (String family : KernelSource.FAMILIES) {
            Matcher wide =
                    Pattern.compile("(?m)^\\s*WIDE_KERNEL void (\\w+)\\(").matcher(KernelSource.read(family + ".cl"));
            while (wide.find()) {
                Kernel kernel = new Kernel(family, wide.group(1));
                Kernel narrow = KernelForm.NARROWER.get(kernel);
                assertThat(narrow).as("the narrow kernel of " + kernel).isNotNull();
                found.add(kernel);
                assertThat(parameters(kernel)).as("parameters of " + narrow).isEqualTo(parameters(narrow));
            }
        }
        assertThat(found).isEqualTo(KernelForm.NARROWER.keySet());
    }

    private static List<String> parameters(Kernel kernel) {
        return DeclaredKernel.of(kernel.family()).stream()
                .filter(d -> d.kernel().equals(kernel))
                .flatMap(d -> d.parameters().stream())
                .map(p -> p.replace("RESTRICT ", "").replaceAll("const (float|uint|type)\\* p", "const pointer p"))
                .toList();
    }

    /** Every kernel that is launched with 256 items states this number, since a device may not have room for them. */
    @Test
    void noOtherKernelNeedsGroupsOf256() {
        String tiles = KernelSource.read("tile.h");
        assertThat(tiles).contains("#define TILE 32", "#define TILE_SIDE (TILE / 4)");
        assertThat(KernelForm.SMALL_ITEMS).isEqualTo(32 / 4 * (32 / 4));
        for (String family : KernelSource.FAMILIES) {
            String text = KernelSource.read(family + ".cl").replaceAll("(?m)^#.*", "");
            Matcher any =
                    Pattern.compile("(?m)^[^/\\n]*?(\\w*KERNEL) void (\\w+)\\(").matcher(text);
            while (any.find()) {
                String body = body(text, any.end());
                if (body.contains("TILE")) {
                    assertThat(any.group(1)).as(any.group(2) + " of " + family).isEqualTo("TILE_KERNEL");
                }
            }
        }
    }

    private static String body(String text, int from) {
        Matcher next = Pattern.compile("\\w*KERNEL void").matcher(text);
        return text.substring(from, next.find(from) ? next.start() : text.length());
    }
}
