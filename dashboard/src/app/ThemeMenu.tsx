import { Monitor, Moon, Sun } from "lucide-react";

import { chooseTheme, type ThemeChoice, useThemeChoice } from "../ui/theme";
import { Menu } from "../ui/Menu";
import { useCommands } from "./commands";

const choices: { value: ThemeChoice; label: string; icon: React.ReactNode }[] = [
  { value: "system", label: "Theme of the system", icon: <Monitor /> },
  { value: "light", label: "Light", icon: <Sun /> },
  { value: "dark", label: "Dark", icon: <Moon /> },
];

/** Chooses the theme. */
export function ThemeMenu() {
  const chosen = useThemeChoice();
  useCommands(
    choices.map(({ value, label }) => ({
      label: value === "system" ? label : `${label} theme`,
      group: "Theme",
      run: () => {
        chooseTheme(value);
      },
    })),
  );
  return (
    <Menu
      label="Theme"
      align="end"
      icon={choices.find((choice) => choice.value === chosen)?.icon}
      items={choices.map(({ value, label }) => ({
        label,
        checked: value === chosen,
        run: () => {
          chooseTheme(value);
        },
      }))}
    />
  );
}
