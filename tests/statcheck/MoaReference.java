/* MoaReference.java: MOA's ADWIN over the streams of reference.jsonl; run by make_moa_reference.py.
   A line in: delta clock seed then segments "kind:n:a:b"; a line out: width estimation variance then detections. */
import java.util.Scanner;
import moa.classifiers.core.driftdetection.ADWIN;

class MoaReference {
    private static long state;

    private static double unit() {
        state += 0x9E3779B97F4A7C15L;
        long z = state;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        z ^= z >>> 31;
        return (z >>> 11) * 0x1.0p-53;
    }

    private static double draw(String kind, double a, double b) {
        double u = unit();
        switch (kind) {
            case "bernoulli": return u < a ? 1 : 0;
            case "uniform": return a + (b - a) * u;
            default: return a;
        }
    }

    public static void main(String[] arguments) {
        Scanner lines = new Scanner(System.in);
        while (lines.hasNextLine()) {
            String[] words = lines.nextLine().trim().split(" ");
            ADWIN adwin = new ADWIN(Double.parseDouble(words[0]));
            adwin.setClock(Integer.parseInt(words[1]));
            state = Long.parseLong(words[2]);
            StringBuilder found = new StringBuilder();
            int index = 0;
            for (int w = 3; w < words.length; w++) {
                String[] segment = words[w].split(":");
                for (int i = Integer.parseInt(segment[1]); i > 0; i--, index++)
                    if (adwin.setInput(draw(segment[0], Double.parseDouble(segment[2]), Double.parseDouble(segment[3]))))
                        found.append(' ').append(index);
            }
            System.out.println(adwin.getWidth() + " " + adwin.getEstimation() + " " + adwin.getVariance() + found);
        }
    }
}
