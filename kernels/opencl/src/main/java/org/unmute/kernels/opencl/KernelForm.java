package org.unmute.kernels.opencl;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.LaunchPlan;

/**
 * One of the forms in which a kernel can run. All have the same arguments and give the same bits, but compute tiles of
 * different sizes. A device reports only once a kernel is compiled how large a group its registers and local memory
 * allow.
 *
 * @param kernel the kernel itself, or the kernel with smaller tiles that replaces a wide one
 * @param smallTiles whether it is compiled with {@link #SMALL_TILES}
 */
record KernelForm(Kernel kernel, boolean smallTiles) {
    /** The macro that makes tiles 32 x 32, computed by {@value #SMALL_ITEMS} items, see {@code tile.h}. */
    static final String SMALL_TILES = "SMALL_TILES";
    /** Items in a group of a kernel that is compiled with {@link #SMALL_TILES}. */
    static final int SMALL_ITEMS = 64;

    /** Kernels with wide tiles, each with the kernel for tiles of 64 x 64 that takes the same arguments. */
    static final Map<Kernel, Kernel> NARROWER = Map.of(
            new Kernel("matmul", "matmul"),
            new Kernel("matmul", "matmul_small"),
            new Kernel("convolve", "embed_patches"),
            new Kernel("convolve", "embed_patches_small"),
            new Kernel("prototype_wide", "prototype_match_wide"),
            new Kernel("prototype", "prototype_match"),
            new Kernel("prototype_wide", "prototype_match_wide_binary"),
            new Kernel("prototype", "prototype_match_binary"));

    /** A tile has four times as many results as a tile of half its side. */
    private static final int QUARTERS = 4;

    /**
     * The forms of a kernel, in order of preference. The first that fits is used.
     *
     * @param groupItems max items in a group of the device
     */
    static List<KernelForm> of(Kernel kernel, int groupItems) {
        Kernel narrow = NARROWER.getOrDefault(kernel, kernel);
        List<KernelForm> forms = new ArrayList<>();
        if (groupItems >= LaunchPlan.TILE_ITEMS) {
            forms.add(new KernelForm(kernel, false));
            if (!narrow.equals(kernel)) {
                forms.add(new KernelForm(narrow, false));
            }
        }
        forms.add(new KernelForm(narrow, true));
        return forms;
    }

    /**
     * The plan of this form for work that was planned for a kernel. Kernels with tiles of another size than the plan
     * accept any number of groups.
     */
    LaunchPlan plan(Kernel planned, LaunchPlan plan) {
        if (plan.items() != LaunchPlan.TILE_ITEMS) {
            return plan;
        }
        long groups = plan.groups();
        if (!kernel.equals(planned)) {
            groups *= QUARTERS;
        }
        if (!smallTiles) {
            return groups == plan.groups() ? plan : LaunchPlan.tasks(groups, LaunchPlan.TILE_ITEMS);
        }
        return LaunchPlan.tasks(groups * QUARTERS, SMALL_ITEMS);
    }

    /** Compiler options for this form, after a space; empty if there are none. */
    String option() {
        return smallTiles ? " -D " + SMALL_TILES : "";
    }
}
