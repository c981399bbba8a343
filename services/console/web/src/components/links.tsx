/** Mantine's links and buttons with the router's typed addresses. */

import {
  Anchor,
  type AnchorProps,
  Button,
  type ButtonProps,
  NavLink,
  type NavLinkProps,
} from "@mantine/core";
import { createLink, type LinkComponent } from "@tanstack/react-router";
import type { MouseEventHandler, Ref } from "react";

type Linked<Props> = Omit<Props, "href"> & {
  ref?: Ref<HTMLAnchorElement>;
  onClick?: MouseEventHandler<HTMLAnchorElement>;
};

const RoutedAnchor = createLink((props: Linked<AnchorProps>) => <Anchor {...props} />);
const RoutedButton = createLink((props: Linked<ButtonProps>) => (
  <Button component="a" {...props} />
));
const RoutedNavLink = createLink((props: Linked<NavLinkProps>) => (
  <NavLink component="a" {...props} />
));

export const AnchorLink: LinkComponent<(props: Linked<AnchorProps>) => React.JSX.Element> = (
  props,
) => <RoutedAnchor preload="intent" {...props} />;

export const ButtonLink: LinkComponent<(props: Linked<ButtonProps>) => React.JSX.Element> = (
  props,
) => <RoutedButton preload="intent" {...props} />;

export const MenuLink: LinkComponent<(props: Linked<NavLinkProps>) => React.JSX.Element> = (
  props,
) => <RoutedNavLink preload="intent" {...props} />;
