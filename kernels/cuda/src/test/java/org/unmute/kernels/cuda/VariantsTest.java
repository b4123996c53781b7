package org.unmute.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.KernelSource;
import org.unmute.kernels.device.LaunchPlan;
import org.unmute.kernels.device.fixture.DeclaredKernel;
import org.unmute.tensor.backend.WorkProfile.Unit;

/** Sources, PTX and selection of the variants for tensor cores. */
class VariantsTest {
    private static final Kernel MATCH = new Kernel("prototype", "prototype_match");
    private static final Pattern ENTRY = Pattern.compile("\\.visible \\.entry (\\w+)\\(([^)]*)\\)");

    @AfterEach
    void asItWas() {
        System.clearProperty(Precision.PROPERTY);
    }

    @Test
    void theDeviceAndThePrecisionDecide() {
        assertThat(Variants.of(MATCH, Precision.FP32, 90)).isEmpty();
        assertThat(Variants.of(MATCH, Precision.TF32, 75)).isEmpty();
        assertThat(Variants.of(MATCH, Precision.TF32, 80))
                .contains(new Kernel("prototype_tensor", "prototype_match_tf32"));
        assertThat(Variants.of(new Kernel("prototype_wide", "prototype_match_wide"), Precision.TF32, 80))
                .contains(new Kernel("prototype_tensor", "prototype_match_tf32"));
        assertThat(Variants.of(MATCH, Precision.BF16, 100))
                .contains(new Kernel("prototype_tensor", "prototype_match_bf16"));
        assertThat(Variants.of(new Kernel("matmul", "matmul"), Precision.TF32, 75))
                .isEmpty();
        assertThat(Variants.of(new Kernel("matmul", "matmul"), Precision.TF32, 80))
                .contains(new Kernel("matmul_tensor", "matmul_tf32"));
        assertThat(Variants.of(new Kernel("matmul", "matmul_small"), Precision.BF16, 90))
                .contains(new Kernel("matmul_tensor", "matmul_small_bf16"));
        assertThat(Variants.of(new Kernel("prototype", "prototype_gradient"), Precision.TF32, 90))
                .isEmpty();
    }

    @Test
    void float32IsTheDefault() {
        assertThat(Precision.chosen()).isEqualTo(Precision.FP32);
        System.setProperty(Precision.PROPERTY, "tf32");
        assertThat(Precision.chosen()).isEqualTo(Precision.TF32);
        System.setProperty(Precision.PROPERTY, "fp16");
        assertFails(IllegalArgumentException.class, Precision::chosen, "fp32, tf32 or bf16: 'fp16'");
    }

    /** Reports relate the rate of a kernel to that of its unit; no kernel here multiplies on float32 units. */
    @Test
    void kernelsOfTheseFilesCountAsThoseOfTensorCores() {
        for (String file : PtxSource.files()) {
            assertThat(PtxSource.kernels(file))
                    .isNotEmpty()
                    .allSatisfy(k -> assertThat(k.unit()).as(k.toString()).isNotEqualTo(Unit.FLOAT32));
        }
    }

    @Test
    void ptxWasBuiltFromTheseSources() {
        for (String file : PtxSource.files()) {
            String ptx = Ptx.text(file);
            assertThat(PtxSource.hashIn(ptx))
                    .as(file + ".cu has changed since its PTX was built: run kernels/cuda/build-ptx")
                    .isEqualTo(PtxSource.hash(PtxSource.variants(file)));
            // 7.1 is the first PTX version for which ptxas accepts all of it.
            assertThat(ptx).contains("\n.target sm_80\n").containsPattern("\n\\.version 7\\.[01]\n");
            assertThat(ptx)
                    .doesNotContainPattern("\\b(atom|red)\\.")
                    .containsPattern("mma\\.sync\\.aligned\\.m16n8k(16|32)");
            if (!file.equals("peak_tensor")) { // Works only in registers.
                assertThat(ptx).contains(Variants.FILES.containsKey(file) ? "mma.sync.aligned.m16n8k8" : "ldmatrix");
                // Attention splits its operands in registers as it loads them.
                assertThat(ptx.contains("cp.async.cg")).as(file).isEqualTo(!file.equals("attention_tensor"));
            }
        }
    }

    /** A variant is launched with the arguments of the portable kernel. */
    @Test
    void ptxHasEveryVariantWithThePortableKernelsParameters() {
        for (String file : Variants.FILES.keySet()) {
            List<String> found = new ArrayList<>();
            Matcher m = ENTRY.matcher(Ptx.text(file));
            while (m.find()) {
                found.add(m.group(1) + " with " + m.group(2).split(",").length);
            }
            List<String> wanted = new ArrayList<>();
            for (Kernel portable : Variants.FILES.get(file)) {
                DeclaredKernel d = DeclaredKernel.of(portable.family()).stream()
                        .filter(k -> k.kernel().equals(portable))
                        .findFirst()
                        .orElseThrow();
                for (Precision p : List.of(Precision.TF32, Precision.BF16)) {
                    wanted.add(Variants.of(portable, p, 80).orElseThrow().name() + " with "
                            + d.parameters().size());
                }
            }
            assertThat(found).containsExactlyInAnyOrderElementsOf(wanted);
        }
    }

    /** The launch plans of the portable kernels count tiles of exactly these sizes. */
    @Test
    void productsTakeTheTilesOfTheirPlans() {
        String text = PtxSource.variants("matmul_tensor").replaceAll("\\s+", " ");
        assertThat(text)
                .containsPattern("matmul_##precision\\(ARGUMENTS\\) \\{[^}]*multiply_tile<PRECISION, " + LaunchPlan.WIDE
                        + ">\\(stages, GROUP,")
                .containsPattern("matmul_small_##precision\\(ARGUMENTS\\) \\{[^}]*\\+ " + (LaunchPlan.TILE - 1)
                        + "\\) / " + LaunchPlan.TILE + "\\)\\) \\{[^}]*multiply_tile<PRECISION, " + LaunchPlan.TILE
                        + ">\\(stages, task,");
        assertThat(text).contains("__launch_bounds__(" + LaunchPlan.TILE_ITEMS + ", 2) matmul_##precision");
    }

    @Test
    void structsAreThoseOfThePortableKernels() {
        for (String file : Variants.FILES.keySet()) {
            String name = file.equals("prototype_tensor") ? "Matching" : "Product";
            Pattern struct = Pattern.compile("typedef struct \\{([^}]*)} " + name + ";");
            Matcher ours = struct.matcher(PtxSource.variants(file));
            Matcher portable = struct.matcher(
                    KernelSource.text(Variants.FILES.get(file).getFirst().family()));
            assertThat(ours.find()).isTrue();
            assertThat(portable.find()).isTrue();
            assertThat(ours.group(1)).as(file).isEqualTo(portable.group(1));
        }
    }

    /** Checks the required parts of a kernel's comment, see docs/kernels.md. */
    @Test
    void everyFileSaysWhatItDoes() {
        for (String file : PtxSource.files()) {
            assertThat(PtxSource.read(file + ".cu"))
                    .as(file)
                    .contains("// What: ", "// Layout: ", "// Launch: ", "// Order: ", "// Limits: ", "// Bound: ");
        }
    }
}
